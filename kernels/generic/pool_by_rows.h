/* pool_by_rows.h: driver of average pools over a whole image that are summed up row by row: sum_rows.h says how. */
#ifndef THIMBLE_POOL_BY_ROWS_H
#define THIMBLE_POOL_BY_ROWS_H

#include "sum_rows.h"

/* An average pool whose only window covers the image; ties away from zero. */
static inline void thimble_pool_by_rows(thimble_sum_kernel* kernel, const thimble_pool* p, const thimble_plane* in,
                                        const thimble_plane* out, int32_t first, int32_t count, void* scratch) {
  int32_t* const sums = (int32_t*)scratch;
  const int32_t pixels = p->in_h * p->in_w;
  const int32_t half = pixels / 2;
  int32_t c;
  thimble_sum_rows(kernel, in, p->in_w, p->channels, 0, first, count, sums);
  if (first + count < p->in_h) return;
  for (c = 0; c < p->channels; ++c) {
    const int32_t average = (sums[c] + (sums[c] > 0 ? half : -half)) / pixels;
    out->base[c] = (int8_t)thimble_clamp(average, p->out_min, p->out_max);
  }
}

#endif
