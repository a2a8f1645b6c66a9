/* s8_conv_1x2_generic: convolution of any kernel, stride, dilation and padding, one pixel by two output channels a
 * step.
 *
 * in       int8 rows [in_w][in_ch]; out int8 [pixels][out_ch]
 * weights  int8 "ohwi": [out_ch][kernel_h][kernel_w][in_ch]
 * bias     int32 [out_ch], input zero point folded in
 * Scratch: none of its own. 3 loads for 2 MACs.
 */
#ifndef THIMBLE_S8_CONV_1X2_GENERIC_H
#define THIMBLE_S8_CONV_1X2_GENERIC_H

#include "conv_rows.h"
#include "requantize.h"

THIMBLE_SHARED void s8_conv_1x2_generic(const thimble_conv* p, const int8_t* const* rows, int8_t* out, int32_t pixels,
                                        void* scratch) {
  const int32_t in_ch = p->in_ch;
  const int32_t weights_of_channel = p->kernel_h * p->kernel_w * in_ch;
  int32_t x, o;
  (void)scratch;
  for (x = 0; x < pixels; ++x) {
    const int32_t left = x * p->stride_w - p->pad_left;
    for (o = 0; o < p->out_ch; o += 2) {
      const int pair = o + 1 < p->out_ch;
      const int8_t* w0 = (const int8_t*)p->weights + o * weights_of_channel;
      const int8_t* w1 = pair ? w0 + weights_of_channel : w0;
      int32_t acc0 = p->bias[o];
      int32_t acc1 = pair ? p->bias[o + 1] : 0;
      int32_t ky, kx, c;
      for (ky = 0; ky < p->kernel_h; ++ky) {
        int32_t column = left;
        for (kx = 0; kx < p->kernel_w; ++kx, column += p->dilation_w) {
          if (column >= 0 && column < p->in_w) {
            const int8_t* pixel = rows[ky] + column * in_ch;
            for (c = 0; c < in_ch; ++c) {
              acc0 += pixel[c] * w0[c];
              acc1 += pixel[c] * w1[c];
            }
          } else {
            for (c = 0; c < in_ch; ++c) {
              acc0 += p->in_zero_point * w0[c];
              acc1 += p->in_zero_point * w1[c];
            }
          }
          w0 += in_ch;
          w1 += in_ch;
        }
      }
      *out++ = thimble_conv_output(p, o, acc0);
      if (pair) *out++ = thimble_conv_output(p, o + 1, acc1);
    }
  }
}

#endif
