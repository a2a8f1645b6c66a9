/* s8_dwconv_generic: depthwise convolution of any kernel, stride, dilation, padding and channel multiplier.
 *
 * in       int8 rows [in_w][in_ch]; out int8 [pixels][out_ch], out_ch = in_ch * multiplier
 * weights  int8 "hwc": [kernel_h][kernel_w][out_ch]
 * bias     int32 [out_ch], input zero point folded in
 * Scratch: none of its own. 2 loads a MAC.
 */
#ifndef THIMBLE_S8_DWCONV_GENERIC_H
#define THIMBLE_S8_DWCONV_GENERIC_H

#include "conv_rows.h"
#include "requantize.h"

THIMBLE_SHARED void s8_dwconv_generic(const thimble_conv* p, const int8_t* const* rows, int8_t* out, int32_t pixels,
                                      void* scratch) {
  const int32_t multiplier = p->out_ch / p->in_ch;
  int32_t x, c, m;
  (void)scratch;
  for (x = 0; x < pixels; ++x) {
    const int32_t left = x * p->stride_w - p->pad_left;
    int32_t o = 0;
    for (c = 0; c < p->in_ch; ++c) {
      for (m = 0; m < multiplier; ++m, ++o) {
        const int8_t* weight = (const int8_t*)p->weights + o;
        int32_t acc = p->bias[o];
        int32_t ky, kx;
        for (ky = 0; ky < p->kernel_h; ++ky) {
          int32_t column = left;
          for (kx = 0; kx < p->kernel_w; ++kx, column += p->dilation_w) {
            const int32_t value = column >= 0 && column < p->in_w ? rows[ky][column * p->in_ch + c] : p->in_zero_point;
            acc += value * *weight;
            weight += p->out_ch;
          }
        }
        *out++ = thimble_conv_output(p, o, acc);
      }
    }
  }
}

#endif
