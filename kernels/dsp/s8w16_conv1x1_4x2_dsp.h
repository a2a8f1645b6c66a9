/* s8w16_conv1x1_4x2_dsp: s8_conv1x1_4x2_dsp with weights stored as int16, twice as large: 11 instructions for 16 MACs,
 * and 3 a round of 64.
 *
 * weights  int16 "wide_pairs_by_four", columns.h; all else as there.
 */
#ifndef THIMBLE_S8W16_CONV1X1_4X2_DSP_H
#define THIMBLE_S8W16_CONV1X1_4X2_DSP_H

#include "pixels.h"

THIMBLE_SHARED void s8w16_conv1x1_4x2_dsp(const thimble_conv* p, const int8_t* const* rows, int8_t* out, int32_t pixels,
                                          void* scratch) {
  thimble_convolve_pixels(p, rows[0], out, pixels, (uint32_t*)scratch, 1);
}

#endif
