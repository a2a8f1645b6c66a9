/* s8_maxpool_1x4_dsp: max pooling, four channels a step; padding does not take part.
 *
 * in int8 rows [in_w][channels]; out int8 [out_w][channels], same quantization. Needs channels >= 4; the last step of
 * others than multiples of 4 computes some channels again. Scratch: none. 6 instructions for 4 elements of a window.
 */
#ifndef THIMBLE_S8_MAXPOOL_1X4_DSP_H
#define THIMBLE_S8_MAXPOOL_1X4_DSP_H

#include "../generic/pool_rows.h"
#include "simd.h"

/* The maxima of four channels, `pixels` pixels of each row, `step` bytes apart, the first at byte `at`. */
THIMBLE_INLINE uint32_t thimble_max_of_window(const int8_t* const* rows, int32_t height, int32_t at, int32_t pixels,
                                              int32_t step) {
  uint32_t largest = 0x80808080u;
  const int8_t* const* const end = rows + height;
  for (; rows != end; ++rows) {
    const int8_t* pixel = *rows + at;
    int32_t i = pixels;
    do {
      largest = thimble_max_bytes(largest, thimble_load_word(pixel));
      pixel += step;
    } while (--i != 0);
  }
  return largest;
}

THIMBLE_SHARED void s8_maxpool_1x4_dsp(const thimble_pool* p, const int8_t* const* rows, int32_t height, int8_t* out) {
  const uint32_t least = thimble_four_bytes(p->out_min);
  const uint32_t greatest = thimble_four_bytes(p->out_max);
  int32_t x, c;
  for (x = 0; x < p->out_w; ++x, out += p->channels) {
    int32_t begin, end;
    thimble_pool_columns(p, x, &begin, &end);
    for (c = 0; c < p->channels; c += 4) {
      const int32_t first = thimble_min(c, p->channels - 4);
      const uint32_t largest =
          thimble_max_of_window(rows, height, begin * p->channels + first, end - begin, p->channels);
      thimble_store_word(out + first, thimble_min_bytes(thimble_max_bytes(largest, least), greatest));
    }
  }
}

#endif
