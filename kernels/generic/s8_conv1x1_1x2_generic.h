/* s8_conv1x1_1x2_generic: pointwise convolution and fully connected layer, one pixel by two output channels a step.
 *
 * in       int8 row of pixels [..][in_ch], every stride_w-th is read; out int8 [pixels][out_ch]
 * weights  int8 "ohwi": [out_ch][in_ch]
 * bias     int32 [out_ch], input zero point folded in
 * Needs a 1x1 kernel without padding. Scratch: none. 3 loads for 2 MACs.
 */
#ifndef THIMBLE_S8_CONV1X1_1X2_GENERIC_H
#define THIMBLE_S8_CONV1X1_1X2_GENERIC_H

#include "conv_rows.h"
#include "requantize.h"

THIMBLE_SHARED void s8_conv1x1_1x2_generic(const thimble_conv* p, const int8_t* const* rows, int8_t* out,
                                           int32_t pixels, void* scratch) {
  const int32_t in_ch = p->in_ch;
  const int8_t* pixel = rows[0];
  int32_t x, o, c;
  (void)scratch;
  for (x = 0; x < pixels; ++x) {
    const int8_t* w0 = (const int8_t*)p->weights;
    for (o = 0; o < p->out_ch; o += 2) {
      const int pair = o + 1 < p->out_ch;
      const int8_t* w1 = pair ? w0 + in_ch : w0;
      int32_t acc0 = p->bias[o];
      int32_t acc1 = pair ? p->bias[o + 1] : 0;
      for (c = 0; c < in_ch; ++c) {
        acc0 += pixel[c] * w0[c];
        acc1 += pixel[c] * w1[c];
      }
      *out++ = thimble_conv_output(p, o, acc0);
      if (pair) *out++ = thimble_conv_output(p, o + 1, acc1);
      w0 += 2 * in_ch;
    }
    pixel += p->stride_w * in_ch;
  }
}

#endif
