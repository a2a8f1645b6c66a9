#include "ir/requantize.h"

#include <cmath>
#include <limits>

namespace thimble::ir {

FixedPointFactor fixed_point(double factor) {
  if (factor == 0.0) return {};
  int shift = 0;
  const double fraction = std::frexp(factor, &shift);
  auto multiplier = static_cast<std::int64_t>(std::llround(fraction * static_cast<double>(1LL << 31)));
  if (multiplier == 1LL << 31) {
    multiplier /= 2;
    ++shift;
  }
  if (shift < -31) return {};  // Too small to matter: TFLite flushes it to zero.
  if (shift > 30) {            // Saturates, as TFLite does.
    shift = 30;
    multiplier = (1LL << 31) - 1;
  }
  return {static_cast<std::int32_t>(multiplier), shift};
}

std::int32_t rounding_doubling_high_mul(std::int32_t a, std::int32_t b) {
  constexpr auto lowest = std::numeric_limits<std::int32_t>::min();
  if (a == lowest && b == lowest) return std::numeric_limits<std::int32_t>::max();
  // gemmlowp adds a nudge of the product's sign and truncates; that is this: the nearest integer, ties upward.
  return static_cast<std::int32_t>((static_cast<std::int64_t>(a) * b + (1LL << 30)) >> 31);
}

std::int32_t rounding_shift_right(std::int32_t x, int exponent) {
  const auto mask = static_cast<std::int32_t>((1LL << exponent) - 1);
  const std::int32_t remainder = x & mask;
  const std::int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

std::int32_t requantize(std::int32_t x, FixedPointFactor factor, Rounding rounding) {
  if (rounding == Rounding::once) {
    const int right = 31 - factor.shift;
    return static_cast<std::int32_t>((static_cast<std::int64_t>(x) * factor.multiplier + (1LL << (right - 1))) >>
                                     right);
  }
  const int left = factor.shift > 0 ? factor.shift : 0;
  const int right = factor.shift > 0 ? 0 : -factor.shift;
  // TFLite shifts in 32 bits; in two's complement that wraps, which unsigned arithmetic spells without undefinedness.
  const auto shifted = static_cast<std::int32_t>(static_cast<std::uint32_t>(x) << left);
  return rounding_shift_right(rounding_doubling_high_mul(shifted, factor.multiplier), right);
}

}  // namespace thimble::ir
