#include "reference/fixed_point_functions.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace thimble::reference {
namespace {

constexpr std::int32_t one = std::numeric_limits<std::int32_t>::max();

double real(std::int32_t x, int integer_bits) { return std::ldexp(x, integer_bits - 31); }

RC_GTEST_PROP(ExpOnNegativeValues, IsWithin22BitsOfTheRealFunction, ()) {
  const int integer_bits = *rc::gen::inRange(0, 6);
  const std::int32_t x = -*rc::gen::inRange(0, one);
  RC_ASSERT(std::abs(real(exp_on_negative_values(x, integer_bits), 0) - std::exp(real(x, integer_bits))) <
            std::ldexp(1.0, -22));
}

TEST(ExpOnNegativeValues, IsOneAtZeroAndVanishesAtTheEndOfItsRange) {
  EXPECT_EQ(exp_on_negative_values(0, 5), one);
  EXPECT_EQ(exp_on_negative_values(std::numeric_limits<std::int32_t>::min() + 1, 5), 0);
}

RC_GTEST_PROP(OneOverOnePlusX, IsWithin27BitsOfTheRealFunction, ()) {
  const std::int32_t x = *rc::gen::inRange(0, one);
  RC_ASSERT(std::abs(real(one_over_one_plus_x(x), 0) - 1.0 / (1.0 + real(x, 0))) < std::ldexp(1.0, -27));
}

RC_GTEST_PROP(Logistic, IsSymmetricAndWithin22BitsOfTheRealFunction, ()) {
  const std::int32_t x = *rc::gen::inRange(1, one);
  RC_ASSERT(logistic(-x, 4) == one - logistic(x, 4));
  RC_ASSERT(std::abs(real(logistic(x, 4), 0) - 1.0 / (1.0 + std::exp(-real(x, 4)))) < std::ldexp(1.0, -22));
}

TEST(Logistic, IsOneHalfAtZero) { EXPECT_EQ(logistic(0, 4), 1 << 30); }

}  // namespace
}  // namespace thimble::reference
