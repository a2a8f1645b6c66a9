/* s8_avgpool_generic: average pooling; divides by the number of pixels inside the image, ties away from zero.
 *
 * in int8 rows [in_w][channels]; out int8 [out_w][channels], same quantization. 1 load an element.
 */
#ifndef THIMBLE_S8_AVGPOOL_GENERIC_H
#define THIMBLE_S8_AVGPOOL_GENERIC_H

#include "pool_rows.h"

THIMBLE_SHARED void s8_avgpool_generic(const thimble_pool* p, const int8_t* const* rows, int32_t height, int8_t* out) {
  int32_t x, c;
  for (x = 0; x < p->out_w; ++x) {
    int32_t begin, end, pixels;
    thimble_pool_columns(p, x, &begin, &end);
    pixels = (end - begin) * height;
    for (c = 0; c < p->channels; ++c) {
      int32_t sum = 0;
      int32_t y, column;
      for (y = 0; y < height; ++y) {
        const int8_t* value = rows[y] + begin * p->channels + c;
        for (column = begin; column < end; ++column, value += p->channels) sum += *value;
      }
      sum = sum > 0 ? (sum + pixels / 2) / pixels : (sum - pixels / 2) / pixels;
      *out++ = (int8_t)thimble_clamp(sum, p->out_min, p->out_max);
    }
  }
}

#endif
