/* sum_rows.h: drivers of means and average pools over a whole image, summed up row by row, as its rows appear.
 *
 * first and count are rows of the INPUT: each comes exactly once and in order, over as many calls as one likes. The
 * scratch holds an int32 for each channel, which has to stay from the first row to the last; with the last row the
 * output [channels] is written, all of it.
 */
#ifndef THIMBLE_SUM_ROWS_H
#define THIMBLE_SUM_ROWS_H

#include "requantize.h"
#include "types.h"

/* Adds `count` > 0 pixels [channels], one after the other, to the sums of the channels. */
typedef void thimble_sum_kernel(const int8_t* pixel, int32_t count, int32_t channels, int32_t* sums);

/* Adds input rows [first, first + count) of `width` pixels to the sums, which begin with `start`. */
static inline void thimble_sum_rows(thimble_sum_kernel* kernel, const thimble_plane* in, int32_t width,
                                    int32_t channels, int32_t start, int32_t first, int32_t count, int32_t* sums) {
  int32_t r = first, run, c;
  if (first == 0) {
    for (c = 0; c < channels; ++c) sums[c] = start;
  }
  for (; r < first + count; r += run) {
    run = thimble_min(first + count - r, thimble_rows_to_wrap(in, r));
    kernel(thimble_row(in, r), run * width, channels, sums);
  }
}

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

/* Any number of channels: a load, an addition and a store an element. */
static inline void thimble_sum_pixels(const int8_t* pixel, int32_t count, int32_t channels, int32_t* sums) {
  int32_t c;
  for (; count > 0; --count, pixel += channels) {
    for (c = 0; c < channels; ++c) sums[c] += pixel[c];
  }
}

#endif
