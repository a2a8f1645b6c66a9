/* s8_sub_generic: element-wise sub of two int8 tensors of any scales and zero points.
 *
 * Both inputs are shifted left by left_shift, brought to twice the larger scale, combined, and requantized.
 * 2 loads, 3 requantizations an element. May write over `a` where a_step == 1.
 */
#ifndef THIMBLE_S8_SUB_GENERIC_H
#define THIMBLE_S8_SUB_GENERIC_H

#include "binary_rows.h"
#include "requantize.h"

THIMBLE_SHARED void s8_sub_generic(const thimble_binary* p, const int8_t* a, int32_t a_step, const int8_t* b,
                                   int32_t b_step, int8_t* out, int32_t count) {
  const int32_t unit = (int32_t)1 << p->left_shift;
  int32_t i;
  for (i = 0; i < count; ++i, a += a_step, b += b_step) {
    const int32_t x = thimble_requantize((*a - p->a_zero_point) * unit, p->a_factor.multiplier, p->a_factor.shift);
    const int32_t y = thimble_requantize((*b - p->b_zero_point) * unit, p->b_factor.multiplier, p->b_factor.shift);
    const int32_t z = thimble_requantize(x - y, p->out_factor.multiplier, p->out_factor.shift);
    out[i] = (int8_t)thimble_clamp(z + p->out_zero_point, p->out_min, p->out_max);
  }
}

#endif
