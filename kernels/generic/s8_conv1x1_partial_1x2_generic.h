/* s8_conv1x1_partial_1x2_generic: one group of input channels of a pointwise convolution, one pixel by two output
 * channels a step.
 *
 * in       int8 [pixels][in_ch]
 * sums     int32 [pixels][out_ch] of the groups before, or NULL; out int32 of the same shape, where they are or apart
 * weights  int8 "ohwi": [out_ch][in_ch] of the group
 * Needs a 1x1 kernel of stride 1 without padding. Scratch: none. 3 loads for 2 MACs.
 */
#ifndef THIMBLE_S8_CONV1X1_PARTIAL_1X2_GENERIC_H
#define THIMBLE_S8_CONV1X1_PARTIAL_1X2_GENERIC_H

#include "sums_pixels.h"

THIMBLE_SHARED void s8_conv1x1_partial_1x2_generic(const thimble_conv* p, const int8_t* in, const int32_t* sums,
                                                   void* out, int32_t pixels, void* scratch) {
  int32_t* to = (int32_t*)out;
  int32_t acc[2];
  int32_t x, o;
  (void)scratch;
  for (x = 0; x < pixels; ++x, in += p->in_ch, to += p->out_ch) {
    for (o = 0; o < p->out_ch; o += 2) {
      const int pair = o + 1 < p->out_ch;
      acc[0] = sums != NULL ? sums[o] : 0;
      acc[1] = sums != NULL && pair ? sums[o + 1] : 0;
      thimble_add_products(p, o, in, acc);
      to[o] = acc[0];
      if (pair) to[o + 1] = acc[1];
    }
    if (sums != NULL) sums += p->out_ch;
  }
}

#endif
