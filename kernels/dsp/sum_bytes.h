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

/* Adds four channels of `count` pixels, at most THIMBLE_MAX_HALF_SUM, to `kept` of their sums: the last ones. */
THIMBLE_INLINE void thimble_add_run_of_four(int32_t* sums, const int8_t* pixel, int32_t count, int32_t step,
                                            int32_t kept) {
  uint32_t even = 0, odd = 0;
  do {
    const uint32_t bytes = thimble_load_word(pixel);
    even = thimble_sxtab16(even, bytes);
    odd = thimble_sxtab16_odd(odd, bytes);
    pixel += step;
  } while (--count != 0);
  if (kept > 3) sums[0] += thimble_low_half(even);
  if (kept > 2) sums[1] += thimble_low_half(odd);
  if (kept > 1) sums[2] += thimble_high_half(even);
  sums[3] += thimble_high_half(odd);
}

/* Adds `count` > 0 pixels [channels], channels >= 4, to the sums of all channels, four a step. The last step of others
 * than multiples of 4 sums up some channels in vain. */
THIMBLE_INLINE void thimble_sum_pixels_by_four(const int8_t* pixel, int32_t count, int32_t channels, int32_t* sums) {
  const int32_t left = channels & 3;
  int32_t run, c;
  for (; count > 0; count -= run, pixel += run * channels) {
    run = thimble_min(count, THIMBLE_MAX_HALF_SUM);
    for (c = 0; c + 4 <= channels; c += 4) thimble_add_run_of_four(sums + c, pixel + c, run, channels, 4);
    if (left > 0) thimble_add_run_of_four(sums + channels - 4, pixel + channels - 4, run, channels, left);
  }
}

#endif
