/* s8_mean_generic: sums over [reduced] and [reduced_inner] of [outer][reduced][inner][reduced_inner], less the zero
 * points, requantized by a factor that holds the division.
 *
 * in int8 whole tensor or row; out int8 [outer][inner]. 1 load an element.
 */
#ifndef THIMBLE_S8_MEAN_GENERIC_H
#define THIMBLE_S8_MEAN_GENERIC_H

#include "mean_rows.h"
#include "requantize.h"

THIMBLE_SHARED void s8_mean_generic(const thimble_mean* p, const int8_t* in, int8_t* out) {
  const int32_t run = p->reduced_inner > 0 ? p->reduced_inner : 1;
  const int32_t step = p->inner * run;
  int32_t n, i, r, k;
  for (n = 0; n < p->outer; ++n, in += p->reduced * step) {
    for (i = 0; i < p->inner; ++i) {
      const int8_t* value = in + i * run;
      int32_t sum = -p->in_zero_point * p->reduced * run;
      for (r = 0; r < p->reduced; ++r, value += step) {
        for (k = 0; k < run; ++k) sum += value[k];
      }
      sum = thimble_requantize(sum, p->factor.multiplier, p->factor.shift) + p->out_zero_point;
      *out++ = (int8_t)thimble_clamp(sum, p->out_min, p->out_max);
    }
  }
}

#endif
