/* sum_bytes.h: sums of channels over pixels, for average pooling and means. */
#ifndef THIMBLE_SUM_BYTES_H
#define THIMBLE_SUM_BYTES_H

#include "simd.h"

/* As many int8 as surely fit into a sum of int16. */
#define THIMBLE_MAX_HALF_SUM 256

/* Four sums. */
typedef struct {
  int32_t of[4];
} thimble_sums;

/* Adds four channels of `count` > 0 pixels, `step` bytes apart, to their sums: 7 instructions a pixel. */
THIMBLE_INLINE void thimble_add_pixels(thimble_sums* sums, const int8_t* pixel, int32_t count, int32_t step) {
  while (count > 0) {
    int32_t i = thimble_min(count, THIMBLE_MAX_HALF_SUM);
    uint32_t even = 0, odd = 0;
    count -= i;
    do {
      const uint32_t bytes = thimble_load_word(pixel);
      even = thimble_sxtab16(even, bytes);
      odd = thimble_sxtab16_odd(odd, bytes);
      pixel += step;
    } while (--i != 0);
    sums->of[0] += thimble_low_half(even);
    sums->of[1] += thimble_low_half(odd);
    sums->of[2] += thimble_high_half(even);
    sums->of[3] += thimble_high_half(odd);
  }
}

/* Adds `count` > 0 pixels [channels], channels >= 4, to the sums of all channels, four a step: 7 instructions for four
 * elements, and about 22 a step. The last step of others than multiples of 4 sums up some channels in vain. */
THIMBLE_INLINE void thimble_sum_pixels_by_four(const int8_t* pixel, int32_t count, int32_t channels, int32_t* sums) {
  int32_t c, i;
  for (c = 0; c < channels; c += 4) {
    const int32_t first = thimble_min(c, channels - 4);
    thimble_sums four = {{0, 0, 0, 0}};
    thimble_add_pixels(&four, pixel + first, count, channels);
    for (i = c - first; i < 4; ++i) sums[first + i] += four.of[i];
  }
}

#endif
