// ir/requantize.h
#pragma once

#include <cstdint>

namespace thimble::ir {

/// A real factor as gemmlowp writes it: multiplier * 2^(shift - 31), |multiplier| in [2^30, 2^31), or 0. Factors are
/// negative where a file gives a weight a negative scale.
/// TFLite 8-bit quantization specification; rounding as TFLite's QuantizeMultiplier.
struct FixedPointFactor {
  std::int32_t multiplier = 0;
  int shift = 0;  ///< Left shift if positive, right shift if negative.
};
FixedPointFactor fixed_point(double factor);

/// gemmlowp's SaturatingRoundingDoublingHighMul: the integer nearest to a * b / 2^31, ties upward.
std::int32_t rounding_doubling_high_mul(std::int32_t a, std::int32_t b);
/// gemmlowp's RoundingDivideByPOT: round(x / 2^exponent), ties away from zero.
std::int32_t rounding_shift_right(std::int32_t x, int exponent);
/// How a quantized graph rounds what it requantizes. `twice`: the doubling high multiplication, then the right shift,
/// as gemmlowp and TFLite. `once`: x * multiplier * 2^(shift - 31) to the nearest, ties upward, as TFLite that is built
/// with TFLITE_SINGLE_ROUNDING.
enum class Rounding { twice, once };

/// TFLite's MultiplyByQuantizedMultiplier.
std::int32_t requantize(std::int32_t x, FixedPointFactor factor, Rounding rounding = Rounding::twice);

}  // namespace thimble::ir
