/* mean_by_rows.h: driver of means over height and width that are summed up row by row: sum_rows.h says how. */
#ifndef THIMBLE_MEAN_BY_ROWS_H
#define THIMBLE_MEAN_BY_ROWS_H

#include "requantize.h"
#include "sum_rows.h"

/* A mean over height and width: [1][reduced][inner]. */
static inline void thimble_mean_by_rows(thimble_sum_kernel* kernel, const thimble_mean* p, const thimble_plane* in,
                                        const thimble_plane* out, int32_t first, int32_t count, void* scratch) {
  int32_t* const sums = (int32_t*)scratch;
  const int32_t width = in->row_bytes / p->inner;
  int32_t c;
  thimble_sum_rows(kernel, in, width, p->inner, -p->in_zero_point * p->reduced, first, count, sums);
  if ((first + count) * width < p->reduced) return;
  for (c = 0; c < p->inner; ++c) {
    const int32_t mean = thimble_requantize(sums[c], p->factor.multiplier, p->factor.shift) + p->out_zero_point;
    out->base[c] = (int8_t)thimble_clamp(mean, p->out_min, p->out_max);
  }
}

#endif
