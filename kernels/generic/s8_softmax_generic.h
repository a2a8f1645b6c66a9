/* s8_softmax_generic: int8 softmax in TFLite's fixed point, no float arithmetic.
 *
 * in int8 [depth]; out int8 [depth], scale 1/256, zero point -128. Two passes of exponentials, about 120 instructions
 * each on a core with a 64-bit multiplication.
 */
#ifndef THIMBLE_S8_SOFTMAX_GENERIC_H
#define THIMBLE_S8_SOFTMAX_GENERIC_H

#include "fixed_point.h"
#include "softmax_rows.h"

/* exp((value - largest) * beta * scale), Q0. */
static inline int32_t thimble_softmax_term(const thimble_softmax* p, int32_t difference) {
  return thimble_exp(thimble_high_mul((int32_t)((uint32_t)difference << p->left_shift), p->multiplier));
}

THIMBLE_SHARED void s8_softmax_generic(const thimble_softmax* p, const int8_t* in, int8_t* out) {
  const int32_t sum_integer_bits = 12;
  int32_t largest = -128;
  int32_t sum = 0;
  int32_t headroom = 0;
  int32_t scale, exponent, i;
  for (i = 0; i < p->depth; ++i) {
    if (in[i] > largest) largest = in[i];
  }
  for (i = 0; i < p->depth; ++i) {
    const int32_t difference = in[i] - largest;
    if (difference >= p->diff_min) sum += thimble_shift_right(thimble_softmax_term(p, difference), sum_integer_bits);
  }
  while (((uint32_t)sum << headroom & 0x80000000u) == 0) ++headroom; /* sum > 0: it holds exp(0) */
  scale = thimble_reciprocal_of_one_plus((int32_t)(((uint32_t)sum << headroom) - 0x80000000u));
  exponent = thimble_min(sum_integer_bits - headroom + 31 - 8, 31);
  for (i = 0; i < p->depth; ++i) {
    const int32_t difference = in[i] - largest;
    int32_t value = -128;
    if (difference >= p->diff_min) {
      value += thimble_shift_right(thimble_high_mul(scale, thimble_softmax_term(p, difference)), exponent);
    }
    out[i] = (int8_t)thimble_clamp(value, -128, 127);
  }
}

#endif
