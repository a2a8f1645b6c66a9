/* fixed_point.h: exp and reciprocal in gemmlowp's fixed point, for softmax.
 *
 * Qn: an int32 with n integer bits and 31 - n fraction bits.
 */
#ifndef THIMBLE_FIXED_POINT_H
#define THIMBLE_FIXED_POINT_H

#include "requantize.h"

/* x * 2^exponent, saturated. */
static inline int32_t thimble_shift_left_saturated(int32_t x, int32_t exponent) {
  const int64_t wide = (int64_t)x * ((int64_t)1 << exponent);
  return wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

/* exp(a) for a in [-1/4, 0), Q0: the Taylor polynomial of degree 4 around -1/8. */
static inline int32_t thimble_exp_of_small(int32_t a) {
  const int32_t exp_of_minus_eighth = 1895147668;
  const int32_t third = 715827883;
  const int32_t x = a + (1 << 28);
  const int32_t x2 = thimble_high_mul(x, x);
  const int32_t x3 = thimble_high_mul(x2, x);
  const int32_t x4 = thimble_high_mul(x2, x2);
  const int32_t x4_by_4 = thimble_shift_right(x4, 2);
  const int32_t tail = thimble_shift_right(thimble_high_mul(x4_by_4 + x3, third) + x2, 1);
  return exp_of_minus_eighth + thimble_high_mul(exp_of_minus_eighth, x + tail);
}

/* exp(a) in Q0 for a <= 0 in Q5. */
static inline int32_t thimble_exp(int32_t a) {
  /* exp(-2^k) for k = -2 .. 4 */
  static const int32_t powers[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  const int32_t quarter = 1 << 24;
  const int32_t below = (a & (quarter - 1)) - quarter;
  const int32_t remainder = below - a;
  int32_t result = thimble_exp_of_small(thimble_shift_left_saturated(below, 5));
  int32_t k;
  for (k = 0; k < 7; ++k) {
    if (remainder & (quarter << k)) result = thimble_high_mul(result, powers[k]);
  }
  return a == 0 ? INT32_MAX : result;
}

/* 1 / (1 + a) in Q0 for a in [0, 1), Q0: three Newton-Raphson steps. */
static inline int32_t thimble_reciprocal_of_one_plus(int32_t a) {
  const int32_t half_denominator = (int32_t)(((int64_t)a + INT32_MAX + 1) >> 1);
  const int32_t q2_48_by_17 = 1515870810;
  const int32_t q2_minus_32_by_17 = -1010580540;
  const int32_t q2_one = 1 << 29;
  int32_t x = q2_48_by_17 + thimble_high_mul(half_denominator, q2_minus_32_by_17);
  int32_t step;
  for (step = 0; step < 3; ++step) {
    const int32_t error = q2_one - thimble_high_mul(half_denominator, x);
    x += thimble_shift_left_saturated(thimble_high_mul(x, error), 2);
  }
  return thimble_shift_left_saturated(x, 1);
}

#endif
