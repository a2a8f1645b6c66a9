/* sum_rows.h: sums of an image's channels over its rows as they appear, for the drivers mean_by_rows.h and
 * pool_by_rows.h.
 *
 * Their first and count are rows of the INPUT: each comes exactly once and in order, over as many calls as one likes.
 * The scratch holds an int32 for each channel, which has to stay from the first row to the last; with the last row the
 * output [channels] is written, all of it.
 */
#ifndef THIMBLE_SUM_ROWS_H
#define THIMBLE_SUM_ROWS_H

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

/* Any number of channels: a load, an addition and a store an element. */
static inline void thimble_sum_pixels(const int8_t* pixel, int32_t count, int32_t channels, int32_t* sums) {
  int32_t c;
  for (; count > 0; --count, pixel += channels) {
    for (c = 0; c < channels; ++c) sums[c] += pixel[c];
  }
}

#endif
