/* s8_avgpool_rows_1x4_dsp: average pooling by one window that covers the image, as the rows appear, four channels a
 * step.
 *
 * in int8 rows [width][channels], each once and in order; out int8 [channels] with the last one. generic/sum_rows.h
 * says how. Needs channels >= 4. Scratch: 4 * channels bytes, which must stay between calls. 6 instructions for 4
 * elements, and 20 for four channels of a call.
 */
#ifndef THIMBLE_S8_AVGPOOL_ROWS_1X4_DSP_H
#define THIMBLE_S8_AVGPOOL_ROWS_1X4_DSP_H

#include "../generic/pool_by_rows.h"
#include "sum_bytes.h"

THIMBLE_SHARED void s8_avgpool_rows_1x4_dsp(const int8_t* pixel, int32_t count, int32_t channels, int32_t* sums) {
  thimble_sum_pixels_by_four(pixel, count, channels, sums);
}

#endif
