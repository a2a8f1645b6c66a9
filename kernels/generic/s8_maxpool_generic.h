/* s8_maxpool_generic: max pooling; padding does not take part.
 *
 * in int8 rows [in_w][channels]; out int8 [out_w][channels], same quantization. 1 load an element.
 */
#ifndef THIMBLE_S8_MAXPOOL_GENERIC_H
#define THIMBLE_S8_MAXPOOL_GENERIC_H

#include "pool_rows.h"

THIMBLE_SHARED void s8_maxpool_generic(const thimble_pool* p, const int8_t* const* rows, int32_t height, int8_t* out) {
  int32_t x, c;
  for (x = 0; x < p->out_w; ++x) {
    int32_t begin, end;
    thimble_pool_columns(p, x, &begin, &end);
    for (c = 0; c < p->channels; ++c) {
      int32_t largest = -128;
      int32_t y, column;
      for (y = 0; y < height; ++y) {
        const int8_t* value = rows[y] + begin * p->channels + c;
        for (column = begin; column < end; ++column, value += p->channels) {
          if (*value > largest) largest = *value;
        }
      }
      *out++ = (int8_t)thimble_clamp(largest, p->out_min, p->out_max);
    }
  }
}

#endif
