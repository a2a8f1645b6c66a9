/* s8_avgpool_1x4_dsp: average pooling, four channels a step; divides by the number of pixels inside the image, ties
 * away from zero.
 *
 * in int8 rows [in_w][channels]; out int8 [out_w][channels], same quantization. Needs channels >= 4; the last step of
 * others than multiples of 4 computes some channels again. Scratch: none. 7 instructions for 4 elements of a window.
 */
#ifndef THIMBLE_S8_AVGPOOL_1X4_DSP_H
#define THIMBLE_S8_AVGPOOL_1X4_DSP_H

#include "../generic/pool_rows.h"
#include "sum_bytes.h"

THIMBLE_SHARED void s8_avgpool_1x4_dsp(const thimble_pool* p, const int8_t* const* rows, int32_t height, int8_t* out) {
  int32_t x, c, y, i;
  for (x = 0; x < p->out_w; ++x, out += p->channels) {
    int32_t begin, end, pixels, half;
    thimble_pool_columns(p, x, &begin, &end);
    pixels = (end - begin) * height;
    half = pixels / 2;
    for (c = 0; c < p->channels; c += 4) {
      const int32_t first = thimble_min(c, p->channels - 4);
      thimble_sums sums = {{0, 0, 0, 0}};
      for (y = 0; y < height; ++y) {
        thimble_add_pixels(&sums, rows[y] + begin * p->channels + first, end - begin, p->channels);
      }
      for (i = 0; i < 4; ++i) {
        const int32_t average = (sums.of[i] + (sums.of[i] > 0 ? half : -half)) / pixels;
        out[first + i] = (int8_t)thimble_clamp(average, p->out_min, p->out_max);
      }
    }
  }
}

#endif
