/* s8_add_dsp: element-wise sum of two int8 tensors, four elements a step.
 *
 * TFLite brings both inputs to twice the larger scale, so that input's factor is one half: exactly a shift, without
 * rounding. The other's is one half too, or less.
 * Needs a left shift of 20, factors of at most one half, one of them exactly, and an output factor whose right shift s
 * has 1 <= s <= 22; target/kernel_choice.cpp checks. May write over `a` where a_step == 1. Scratch: none.
 * 14 instructions an element.
 */
#ifndef THIMBLE_S8_ADD_DSP_H
#define THIMBLE_S8_ADD_DSP_H

#include "../generic/binary_rows.h"
#include "outputs.h"

/* An input's way to twice the larger scale. */
typedef struct {
  int32_t zero_point_shifted; /* by 21: twice what TFLite shifts by */
  int32_t multiplier, rounding, shift;
} thimble_addend;

THIMBLE_INLINE thimble_addend thimble_addend_of(thimble_factor factor, int32_t zero_point) {
  thimble_addend addend;
  addend.zero_point_shifted = zero_point * (1 << 21);
  addend.multiplier = factor.multiplier;
  addend.shift = -factor.shift;
  addend.rounding = addend.shift > 0 ? (int32_t)1 << (addend.shift - 1) : 0;
  return addend;
}

/* (value - zero_point) * 2^20 / 2 */
THIMBLE_INLINE int32_t thimble_half_addend(thimble_addend addend, int32_t value) {
  return (value * (1 << 21) - addend.zero_point_shifted) >> 2;
}

THIMBLE_INLINE int32_t thimble_small_addend(thimble_addend addend, int32_t value) {
  const int32_t twice = value * (1 << 21) - addend.zero_point_shifted;
  return thimble_scale(twice, addend.multiplier, addend.rounding) >> addend.shift;
}

/* The sum where `half` is the input of factor one half. `is_small` is a constant of the caller: the other's is less. */
THIMBLE_INLINE void thimble_add_run(const thimble_addend half, const int8_t* h, int32_t h_step,
                                    const thimble_addend other, const int8_t* o, int32_t o_step,
                                    thimble_result_scale scale, int8_t* out, int32_t count, int is_small) {
  int32_t i;
  for (i = 0; i < count; ++i, h += h_step, o += o_step) {
    const int32_t x = thimble_half_addend(half, *h);
    const int32_t y = is_small ? thimble_small_addend(other, *o) : thimble_half_addend(other, *o);
    out[i] = thimble_output_of_twice(&scale, 2 * (x + y));
  }
}

THIMBLE_SHARED void s8_add_dsp(const thimble_binary* p, const int8_t* a, int32_t a_step, const int8_t* b,
                               int32_t b_step, int8_t* out, int32_t count) {
  const thimble_addend first = thimble_addend_of(p->a_factor, p->a_zero_point);
  const thimble_addend second = thimble_addend_of(p->b_factor, p->b_zero_point);
  thimble_result_scale scale;
  int32_t i;
  scale.multiplier = p->out_factor.multiplier;
  scale.shift = -p->out_factor.shift;
  scale.rounding = (2 * p->out_zero_point + 1) * ((int32_t)1 << (scale.shift - 1));
  if (first.shift > 0) {
    thimble_add_run(second, b, b_step, first, a, a_step, scale, out, count, 1);
  } else if (second.shift > 0) {
    thimble_add_run(first, a, a_step, second, b, b_step, scale, out, count, 1);
  } else {
    thimble_add_run(first, a, a_step, second, b, b_step, scale, out, count, 0);
  }
  if (p->out_min <= -128 && p->out_max >= 127) return;
  for (i = 0; i < count; ++i) out[i] = (int8_t)thimble_clamp(out[i], p->out_min, p->out_max);
}

#endif
