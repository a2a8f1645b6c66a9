/* s8_mean_rows_generic: mean over height and width as the rows appear.
 *
 * in int8 rows [width][channels], each once and in order; out int8 [channels] with the last one. sum_rows.h says how.
 * Scratch: 4 * channels bytes, which must stay between calls. 2 loads, an addition and a store an element.
 */
#ifndef THIMBLE_S8_MEAN_ROWS_GENERIC_H
#define THIMBLE_S8_MEAN_ROWS_GENERIC_H

#include "mean_by_rows.h"

THIMBLE_SHARED void s8_mean_rows_generic(const int8_t* pixel, int32_t count, int32_t channels, int32_t* sums) {
  thimble_sum_pixels(pixel, count, channels, sums);
}

#endif
