/* s8_resize_nearest_generic: one row of a nearest-neighbour resize, by the table of columns.
 *
 * in int8 or uint8 [in_w][channels]; out [out_w][channels]. One memcpy a pixel.
 */
#ifndef THIMBLE_S8_RESIZE_NEAREST_GENERIC_H
#define THIMBLE_S8_RESIZE_NEAREST_GENERIC_H

#include "resize_rows.h"

THIMBLE_SHARED void s8_resize_nearest_generic(const thimble_resize* p, const int8_t* row, int8_t* out) {
  int32_t x;
  for (x = 0; x < p->out_w; ++x) {
    memcpy(out + x * p->channels, row + p->column_of[x] * p->channels, (size_t)p->channels);
  }
}

#endif
