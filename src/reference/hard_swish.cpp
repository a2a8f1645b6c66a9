#include "reference/hard_swish.h"

#include <algorithm>
#include <limits>

#include "ir/requantize.h"

namespace thimble::reference {

namespace {

constexpr float units_a_step = 128.0F;
constexpr float gate_unit = 3.0F / 32768.0F;

std::int32_t saturated(std::int64_t value) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, std::numeric_limits<std::int16_t>::min(),
                                                            std::numeric_limits<std::int16_t>::max()));
}

/// The integer nearest to a * b / 2^15, ties upward: gemmlowp's SaturatingRoundingDoublingHighMul of int16, whose only
/// saturating case, -2^15 twice, cannot occur with factors that are not negative.
std::int32_t nearest_product(std::int32_t a, std::int32_t b) { return (a * b + (1 << 14)) >> 15; }

/// gemmlowp's RoundingDivideByPOT of int16: ties away from zero. Its mask has 16 bits: for exponents above 15, of
/// scales that no network has, the quotient is 1 or -1 instead of 0, and so it is here.
std::int32_t shifted_right(std::int32_t x, int exponent) {
  const std::int32_t mask = static_cast<std::int16_t>((1LL << exponent) - 1);
  const std::int32_t remainder = x & mask;
  const std::int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

ShortFactor short_factor(float factor) {
  const ir::FixedPointFactor wide = ir::fixed_point(static_cast<double>(factor));
  const std::int64_t rounded = (std::int64_t{wide.multiplier} + (1 << 15)) >> 16;
  return {saturated(rounded), wide.shift};
}

/// relu6(x + 3) / 6 as a fraction of 32768. Only the last doubling may saturate for good: a value that an earlier one
/// cuts off is beyond 3 or -3 after it in any case.
std::int32_t gate(std::int32_t units, const ShortFactor& factor) {
  std::int32_t thirds = units;
  if (factor.shift > 0) thirds = saturated(std::int64_t{thirds} << (factor.shift - 1));
  thirds = nearest_product(thirds, factor.multiplier);
  if (factor.shift > 0) thirds = saturated(std::int64_t{thirds} * 2);
  if (factor.shift < 0) thirds = shifted_right(thirds, -factor.shift);
  return (thirds + (1 << 15)) >> 1;
}

}  // namespace

HardSwishScaling hard_swish_scaling(const ir::Tensor& input, const ir::Tensor& output) {
  const float unit = 1.0F / units_a_step * input.scale();
  return {short_factor(unit / output.scale()), short_factor(unit / gate_unit)};
}

bool has_hard_swish_scales(const ir::Tensor& input, const ir::Tensor& output) {
  return hard_swish_scaling(input, output).output.shift <= 0;
}

std::int32_t hard_swish(std::int32_t steps, const HardSwishScaling& scaling) {
  const std::int32_t units = steps * static_cast<std::int32_t>(units_a_step);
  const std::int32_t fine_output = nearest_product(units, scaling.output.multiplier);
  // Towards zero, which takes back what rounding upward twice has added.
  const std::int32_t product = gate(units, scaling.gate) * fine_output / (1 << 15);
  return shifted_right(product, -scaling.output.shift);
}

}  // namespace thimble::reference
