/* s8w16_conv1x1_1x4_dsp: pointwise convolution of one or two pixels and fully connected layer, one pixel by four output
 * channels a step, weights stored as int16.
 *
 * in       int8 row of pixels [..][in_ch], every stride_w-th is read; out int8 [pixels][out_ch]
 * weights  int16 "wide_fours_by_four", target/weight_layout.h
 * bias     int32 [out_ch], input zero point folded in
 * Needs a 1x1 kernel without padding. No scratch. 14 instructions for 16 MACs, and 2 a round of 32.
 */
#ifndef THIMBLE_S8W16_CONV1X1_1X4_DSP_H
#define THIMBLE_S8W16_CONV1X1_1X4_DSP_H

#include "few_pixels.h"

THIMBLE_SHARED void s8w16_conv1x1_1x4_dsp(const thimble_conv* p, const int8_t* const* rows, int8_t* out, int32_t pixels,
                                          void* scratch) {
  (void)scratch;
  thimble_convolve_few_pixels(p, rows[0], out, pixels, 1);
}

#endif
