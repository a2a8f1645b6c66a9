/* s8_conv_4x2_dsp: convolution of any kernel, stride, dilation and padding, in_ch a multiple of 4; four pixels by two
 * output channels a step, partial im2col.
 *
 * in       int8 rows [in_w][in_ch]; out int8 [pixels][out_ch]
 * weights  int8 "pairs_by_four", columns.h
 * bias     int32 [out_ch], input zero point folded in
 * Needs in_ch % 4 == 0, and the ranges of outputs.h. Scratch: 8 * kernel_h * kernel_w * in_ch bytes.
 * 27 instructions for 32 MACs, and 3 a round of 64.
 */
#ifndef THIMBLE_S8_CONV_4X2_DSP_H
#define THIMBLE_S8_CONV_4X2_DSP_H

#include "im2col.h"

/* A tap outside the image: `count` zero points. */
THIMBLE_INLINE uint32_t* thimble_fill_column(int32_t zero_point, int32_t count, uint32_t* column, int32_t step) {
  const uint32_t both = thimble_halves(zero_point, zero_point);
  int32_t i;
  for (i = 0; i < count; i += 2, column += step) *column = both;
  return column;
}

/* The column of one pixel. */
THIMBLE_INLINE void thimble_widen_window(const thimble_conv* p, const int8_t* const* rows, int32_t x, uint32_t* column,
                                         int32_t step) {
  const int32_t left = x * p->stride_w - p->pad_left;
  int32_t ky, kx;
  for (ky = 0; ky < p->kernel_h; ++ky) {
    int32_t at = left;
    if (thimble_is_inside(p, x)) {
      column = thimble_widen(rows[ky] + left * p->in_ch, p->kernel_w * p->in_ch, column, step);
      continue;
    }
    for (kx = 0; kx < p->kernel_w; ++kx, at += p->dilation_w) {
      column = at >= 0 && at < p->in_w ? thimble_widen(rows[ky] + at * p->in_ch, p->in_ch, column, step)
                                       : thimble_fill_column(p->in_zero_point, p->in_ch, column, step);
    }
  }
}

THIMBLE_SHARED void thimble_gather_by_four(const thimble_conv* p, const int8_t* const* rows, int32_t x, int32_t pixels,
                                           uint32_t* columns) {
  const int32_t run = p->kernel_w * p->in_ch;
  int32_t i;
  if (pixels == 4 && thimble_is_inside(p, x) && thimble_is_inside(p, x + 3)) {
    const int32_t left = (x * p->stride_w - p->pad_left) * p->in_ch;
    for (i = 0; i < p->kernel_h; ++i, columns += 2 * run) {
      thimble_widen_4(rows[i] + left, p->stride_w * p->in_ch, run, columns);
    }
    return;
  }
  for (i = 0; i < pixels; ++i) thimble_widen_window(p, rows, x + i, columns + i, pixels > 1 ? 4 : 1);
}

THIMBLE_SHARED void s8_conv_4x2_dsp(const thimble_conv* p, const int8_t* const* rows, int8_t* out, int32_t pixels,
                                    void* scratch) {
  thimble_convolve_columns(p, thimble_gather_by_four, rows, out, pixels, (uint32_t*)scratch, 0);
}

#endif
