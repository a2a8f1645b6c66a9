/* requantize.h: gemmlowp's fixed-point arithmetic as TFLite uses it, bit for bit.
 *
 * A real factor is multiplier * 2^(shift - 31), multiplier in [2^30, 2^31) or 0. TFLite rounds twice: the doubling high
 * multiplication to the nearest (ties up), then the right shift to the nearest (ties away from zero). With
 * THIMBLE_SINGLE_ROUNDING (types.h) it rounds once, ties up.
 * Right shifts of negative numbers are arithmetic on every compiler for the cores that we know.
 */
#ifndef THIMBLE_REQUANTIZE_H
#define THIMBLE_REQUANTIZE_H

#include "types.h"

/* round(a * b / 2^31), ties up; gemmlowp's SaturatingRoundingDoublingHighMul. One of them must not be INT32_MIN. */
static inline int32_t thimble_high_mul(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* round(x / 2^exponent), ties away from zero; 0 <= exponent <= 31; gemmlowp's RoundingDivideByPOT. */
static inline int32_t thimble_shift_right(int32_t x, int32_t exponent) {
  const int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1);
  const int32_t remainder = x & mask;
  const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

/* TFLite's MultiplyByQuantizedMultiplier; -31 <= shift <= 30. */
static inline int32_t thimble_requantize(int32_t x, int32_t multiplier, int32_t shift) {
#if THIMBLE_SINGLE_ROUNDING
  return (int32_t)(((int64_t)x * multiplier + ((int64_t)1 << (30 - shift))) >> (31 - shift));
#else
  if (shift > 0) return thimble_high_mul((int32_t)((uint32_t)x << shift), multiplier);
  return thimble_shift_right(thimble_high_mul(x, multiplier), -shift);
#endif
}

/* An accumulator to an int8 output of a convolution. */
static inline int8_t thimble_conv_output(const thimble_conv* p, int32_t channel, int32_t acc) {
  const int32_t scaled = thimble_requantize(acc, p->multiplier[channel], p->shift[channel]);
  return (int8_t)thimble_clamp(scaled + p->out_zero_point, p->out_min, p->out_max);
}

#endif
