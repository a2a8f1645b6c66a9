/* s8_mul_generic: element-wise product of two int8 tensors.
 *
 * 2 loads, 1 multiplication, 1 requantization an element. May write over `a` where a_step == 1.
 */
#ifndef THIMBLE_S8_MUL_GENERIC_H
#define THIMBLE_S8_MUL_GENERIC_H

#include "binary_rows.h"
#include "requantize.h"

THIMBLE_SHARED void s8_mul_generic(const thimble_binary* p, const int8_t* a, int32_t a_step, const int8_t* b,
                                   int32_t b_step, int8_t* out, int32_t count) {
  int32_t i;
  for (i = 0; i < count; ++i, a += a_step, b += b_step) {
    const int32_t product = (*a - p->a_zero_point) * (*b - p->b_zero_point);
    const int32_t z = thimble_requantize(product, p->out_factor.multiplier, p->out_factor.shift);
    out[i] = (int8_t)thimble_clamp(z + p->out_zero_point, p->out_min, p->out_max);
  }
}

#endif
