/* s8_mul_dsp: element-wise product of two int8 tensors, four elements a step.
 *
 * Needs an output factor whose right shift s has 1 <= s <= 22 (outputs.h); target/kernel_choice.cpp checks. May write
 * over `a` where a_step == 1. Scratch: none. 12 instructions an element.
 */
#ifndef THIMBLE_S8_MUL_DSP_H
#define THIMBLE_S8_MUL_DSP_H

#include "../generic/binary_rows.h"
#include "outputs.h"

/* Four elements at `at`, or the one there four times. */
THIMBLE_INLINE uint32_t thimble_load_4(const int8_t* at, int32_t step) {
  return step == 0 ? thimble_four_bytes(*at) : thimble_load_word(at);
}

/* The product of twice a's element, less its zero point, and b's: low halves, then high ones. */
THIMBLE_INLINE int8_t thimble_low_product(const thimble_result_scale* scale, uint32_t twice_a, uint32_t b) {
  return thimble_output_of_twice(scale, thimble_low_half(twice_a) * thimble_low_half(b));
}
THIMBLE_INLINE int8_t thimble_high_product(const thimble_result_scale* scale, uint32_t twice_a, uint32_t b) {
  return thimble_output_of_twice(scale, thimble_high_half(twice_a) * thimble_high_half(b));
}

THIMBLE_SHARED void s8_mul_dsp(const thimble_binary* p, const int8_t* a, int32_t a_step, const int8_t* b,
                               int32_t b_step, int8_t* out, int32_t count) {
  const uint32_t a_less = thimble_halves(-p->a_zero_point, -p->a_zero_point);
  const uint32_t b_less = thimble_halves(-p->b_zero_point, -p->b_zero_point);
  thimble_result_scale scale;
  int32_t i;
  scale.multiplier = p->out_factor.multiplier;
  scale.shift = -p->out_factor.shift;
  scale.rounding = (2 * p->out_zero_point + 1) * ((int32_t)1 << (scale.shift - 1));
  for (i = 0; i + 4 <= count; i += 4, a += 4 * a_step, b += 4 * b_step) {
    const uint32_t a_bytes = thimble_load_4(a, a_step);
    const uint32_t b_bytes = thimble_load_4(b, b_step);
    const uint32_t a_even = thimble_sxtab16(a_less, a_bytes);
    const uint32_t a_odd = thimble_sxtab16_odd(a_less, a_bytes);
    const uint32_t b_even = thimble_sxtab16(b_less, b_bytes);
    const uint32_t b_odd = thimble_sxtab16_odd(b_less, b_bytes);
    const uint32_t twice_even = thimble_twice_halves(a_even);
    const uint32_t twice_odd = thimble_twice_halves(a_odd);
    out[i] = thimble_low_product(&scale, twice_even, b_even);
    out[i + 1] = thimble_low_product(&scale, twice_odd, b_odd);
    out[i + 2] = thimble_high_product(&scale, twice_even, b_even);
    out[i + 3] = thimble_high_product(&scale, twice_odd, b_odd);
  }
  for (; i < count; ++i, a += a_step, b += b_step) {
    out[i] = thimble_output_of_twice(&scale, 2 * (*a - p->a_zero_point) * (*b - p->b_zero_point));
  }
  if (p->out_min <= -128 && p->out_max >= 127) return;
  for (i = 0; i < count; ++i) out[i] = (int8_t)thimble_clamp(out[i], p->out_min, p->out_max);
}

#endif
