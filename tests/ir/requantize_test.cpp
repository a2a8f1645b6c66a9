#include "ir/requantize.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace thimble::ir {
namespace {

TEST(FixedPoint, WritesPowersOfTwoExactly) {
  EXPECT_EQ(fixed_point(1.0).multiplier, 1 << 30);
  EXPECT_EQ(fixed_point(1.0).shift, 1);
  EXPECT_EQ(fixed_point(0.5).shift, 0);
  EXPECT_EQ(fixed_point(0.25).shift, -1);
  EXPECT_EQ(fixed_point(0.0).multiplier, 0);
}

RC_GTEST_PROP(FixedPoint, IsWithinOneUnitOfTheRealFactor, ()) {
  const double fraction = std::ldexp(static_cast<double>(*rc::gen::inRange<std::int64_t>(1LL << 40, 1LL << 41)), -41);
  const double factor = std::ldexp(fraction, *rc::gen::inRange(-25, 10));
  const FixedPointFactor f = fixed_point(factor);
  RC_ASSERT(f.multiplier >= 1 << 30);
  RC_ASSERT(std::abs(std::ldexp(f.multiplier, f.shift - 31) - factor) <= std::ldexp(0.5, f.shift - 31));
}

/// gemmlowp's definition: add a nudge of the product's sign, divide, truncate.
std::int32_t gemmlowp_high_mul(std::int32_t a, std::int32_t b) {
  const std::int64_t product = static_cast<std::int64_t>(a) * b;
  const std::int64_t nudge = product >= 0 ? 1LL << 30 : 1 - (1LL << 30);
  return static_cast<std::int32_t>(std::min<std::int64_t>((product + nudge) / (1LL << 31), INT32_MAX));
}

RC_GTEST_PROP(RoundingDoublingHighMul, EqualsGemmlowpsDefinition, (std::int32_t a, std::int32_t b)) {
  RC_ASSERT(rounding_doubling_high_mul(a, b) == gemmlowp_high_mul(a, b));
}

TEST(RoundingDoublingHighMul, EqualsGemmlowpsDefinitionAtTiesAndLimits) {
  const std::int32_t values[] = {INT32_MIN, INT32_MIN + 1, -(1 << 30), -3, -1, 0, 1, 3, 1 << 30, INT32_MAX};
  for (const std::int32_t a : values) {
    for (const std::int32_t b : values)
      EXPECT_EQ(rounding_doubling_high_mul(a, b), gemmlowp_high_mul(a, b)) << a << ' ' << b;
  }
}

RC_GTEST_PROP(RoundingShiftRight, RoundsHalfAwayFromZero, (std::int32_t x)) {
  const int exponent = *rc::gen::inRange(0, 31);
  const double exact = std::ldexp(static_cast<double>(x), -exponent);
  RC_ASSERT(rounding_shift_right(x, exponent) == static_cast<std::int32_t>(std::round(exact)));
}

/// round(x * multiplier * 2^(shift - 31)), ties upward, in exact arithmetic.
RC_GTEST_PROP(Requantize, RoundsOnceIfAsked, (std::int32_t x)) {
  const FixedPointFactor factor{*rc::gen::inRange(1 << 30, INT32_MAX), *rc::gen::inRange(-31, 1)};
  const long double exact = std::ldexp(static_cast<long double>(x) * factor.multiplier, factor.shift - 31);
  RC_ASSERT(requantize(x, factor, Rounding::once) == static_cast<std::int32_t>(std::floor(exact + 0.5L)));
}

/// 3 * 0.15625 = 0.46875 is nearest to 0; but 3 * 0.625 = 1.875 becomes 2, and a quarter of that 1.
TEST(Requantize, DiffersWhereTheFirstRoundingReachesATie) {
  const FixedPointFactor factor{5 << 28, -2};
  EXPECT_EQ(requantize(3, factor), 1);
  EXPECT_EQ(requantize(3, factor, Rounding::once), 0);
}

}  // namespace
}  // namespace thimble::ir
