/* s8_conv1x1_partial_4x2_dsp: one group of input channels of a pointwise convolution, four pixels by two output
 * channels a step.
 *
 * in       int8 [pixels][in_ch]
 * sums     int32 [pixels][out_ch] of the groups before, or NULL; out int32 of the same shape, where they are or apart
 * weights  int8 "pairs_by_four" of the group, columns.h
 * Needs a 1x1 kernel of stride 1 without padding. Scratch: 8 * in_ch bytes, in_ch rounded up to a multiple of 4. 30
 * instructions for 32 MACs.
 */
#ifndef THIMBLE_S8_CONV1X1_PARTIAL_4X2_DSP_H
#define THIMBLE_S8_CONV1X1_PARTIAL_4X2_DSP_H

#include "sums_pixels.h"

THIMBLE_SHARED void s8_conv1x1_partial_4x2_dsp(const thimble_conv* p, const int8_t* in, const int32_t* sums, void* out,
                                               int32_t pixels, void* scratch) {
  thimble_sum_pixels_of_group(p, in, sums, out, pixels, (uint32_t*)scratch, 0);
}

#endif
