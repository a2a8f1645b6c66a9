#include "reference/fixed_point_functions.h"

#include <algorithm>
#include <limits>

#include "ir/requantize.h"

namespace thimble::reference {

namespace {

constexpr std::int32_t one = std::numeric_limits<std::int32_t>::max();  // In Q0.31.

/// Products of fixed-point numbers add their integer bits.
std::int32_t times(std::int32_t a, std::int32_t b) { return ir::rounding_doubling_high_mul(a, b); }

/// Drops `bits` integer bits, saturating.
std::int32_t saturating_shift_left(std::int32_t x, int bits) {
  const std::int64_t shifted = static_cast<std::int64_t>(x) * (std::int64_t{1} << bits);
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(shifted, std::numeric_limits<std::int32_t>::min(), one));
}

/// exp(a) for a in [-1/4, 0), Q0.31: with x = a + 1/8, exp(-1/8) * (1 + x + x^2/2 + x^3/6 + x^4/24), where the last
/// three terms are (((x^4/4 + x^3) / 3) + x^2) / 2.
std::int32_t exp_between_minus_one_quarter_and_0(std::int32_t a) {
  constexpr std::int32_t exp_of_minus_one_eighth = 1895147668;
  constexpr std::int32_t one_third = 715827883;
  const std::int32_t x = a + (1 << 28);
  const std::int32_t x2 = times(x, x);
  const std::int32_t x3 = times(x2, x);
  const std::int32_t x4 = times(x2, x2);
  const std::int32_t x4_over_4 = ir::rounding_shift_right(x4, 2);
  const std::int32_t higher_terms = ir::rounding_shift_right(times(x4_over_4 + x3, one_third) + x2, 1);
  return exp_of_minus_one_eighth + times(exp_of_minus_one_eighth, x + higher_terms);
}

}  // namespace

std::int32_t exp_on_negative_values(std::int32_t x, int integer_bits) {
  if (x == 0) return one;
  constexpr int least_exponent = -2;
  // exp(-2^k) in Q0.31 for k = -2, -1, ..., 4.
  constexpr std::int32_t exp_of_minus_power[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  const int fractional_bits = 31 - integer_bits;
  const std::int32_t one_quarter = 1 << (fractional_bits - 2);
  const std::int32_t rest = (x & (one_quarter - 1)) - one_quarter;
  std::int32_t result = exp_between_minus_one_quarter_and_0(saturating_shift_left(rest, integer_bits));
  const std::int32_t quarters = rest - x;
  for (int exponent = least_exponent; exponent < integer_bits; ++exponent) {
    const std::int32_t bit = 1 << (fractional_bits + exponent);
    if ((quarters & bit) != 0) result = times(result, exp_of_minus_power[exponent - least_exponent]);
  }
  return result;
}

std::int32_t one_over_one_plus_x(std::int32_t x) {
  constexpr std::int32_t constant_48_over_17 = 1515870810;   // Q2.29
  constexpr std::int32_t constant_32_over_17 = -1010580540;  // Q2.29, negated
  constexpr std::int32_t one_q2 = 1 << 29;
  // (x + 1) / 2 in Q0.31, rounded up: both terms are positive.
  const auto half_denominator = static_cast<std::int32_t>((static_cast<std::int64_t>(x) + one + 1) / 2);
  std::int32_t estimate = constant_48_over_17 + times(half_denominator, constant_32_over_17);
  for (int step = 0; step < 3; ++step) {
    const std::int32_t error = one_q2 - times(half_denominator, estimate);
    estimate += saturating_shift_left(times(estimate, error), 2);  // The product is Q4.27.
  }
  return saturating_shift_left(estimate, 1);  // Half of a Q2.29 number read as Q1.30, to Q0.31.
}

std::int32_t logistic(std::int32_t x, int integer_bits) {
  if (x == 0) return 1 << 30;
  const std::int32_t positive = one_over_one_plus_x(exp_on_negative_values(x > 0 ? -x : x, integer_bits));
  return x > 0 ? positive : one - positive;
}

}  // namespace thimble::reference
