/* s8_conv1x1_4x2_dsp: pointwise convolution, four pixels by two output channels a step.
 *
 * in       int8 row of pixels [..][in_ch], every stride_w-th is read; out int8 [pixels][out_ch]
 * weights  int8 "pairs_by_four", columns.h
 * bias     int32 [out_ch], input zero point folded in
 * Needs a 1x1 kernel without padding, and the ranges of outputs.h. Scratch: 8 * in_ch bytes, in_ch rounded up to a
 * multiple of 4. 27 instructions for 32 MACs, and 3 a round of 64; a pixel that is left over: 12 for 8 MACs, and 2.
 */
#ifndef THIMBLE_S8_CONV1X1_4X2_DSP_H
#define THIMBLE_S8_CONV1X1_4X2_DSP_H

#include "pixels.h"

THIMBLE_SHARED void s8_conv1x1_4x2_dsp(const thimble_conv* p, const int8_t* const* rows, int8_t* out, int32_t pixels,
                                       void* scratch) {
  thimble_convolve_pixels(p, rows[0], out, pixels, (uint32_t*)scratch, 0);
}

#endif
