/* s8_conv1x1_4x2_dsp: pointwise convolution and fully connected layer, four pixels by two output channels a step.
 *
 * in       int8 row of pixels [..][in_ch], every stride_w-th is read; out int8 [pixels][out_ch]
 * weights  int8 "pairs_by_four", columns.h
 * bias     int32 [out_ch], input zero point folded in
 * Needs a 1x1 kernel without padding, and the ranges of outputs.h. Scratch: 8 * in_ch bytes, in_ch rounded up to a
 * multiple of 4. 13 instructions for 16 MACs, and 3 a round of 64; a pixel that is left over: 12 for 8 MACs, and 2.
 */
#ifndef THIMBLE_S8_CONV1X1_4X2_DSP_H
#define THIMBLE_S8_CONV1X1_4X2_DSP_H

#include "../generic/conv_rows.h"
#include "columns.h"

/* Widens one pixel of any number of channels. */
THIMBLE_INLINE void thimble_widen_pixel(const int8_t* pixel, int32_t in_ch, uint32_t* column, int32_t step) {
  const int32_t whole = in_ch & ~3;
  column = thimble_widen(pixel, whole, column, step);
  if (whole < in_ch) {
    int8_t last[4] = {0, 0, 0, 0};
    memcpy(last, pixel + whole, (size_t)(in_ch - whole));
    (void)thimble_widen(last, 4, column, step);
  }
}

THIMBLE_SHARED void s8_conv1x1_4x2_dsp(const thimble_conv* p, const int8_t* const* rows, int8_t* out, int32_t pixels,
                                       void* scratch) {
  uint32_t* const columns = (uint32_t*)scratch;
  const int32_t words = thimble_column_words(p->in_ch);
  const int32_t step = p->stride_w * p->in_ch;
  const int8_t* pixel = rows[0];
  int8_t* to = out;
  int32_t left = pixels;
  while (left > 2) {
    const int32_t now = thimble_min(left, 4);
    int32_t i;
    if (now == 4 && p->in_ch % 4 == 0) {
      thimble_widen_4(pixel, step, p->in_ch, columns);
      pixel += 4 * step;
    } else {
      for (i = 0; i < now; ++i, pixel += step) thimble_widen_pixel(pixel, p->in_ch, columns + i, 4);
    }
    thimble_multiply_4(p, columns, words, to, now);
    to += now * p->out_ch;
    left -= now;
  }
  for (; left > 0; --left, pixel += step, to += p->out_ch) {
    thimble_widen_pixel(pixel, p->in_ch, columns, 1);
    thimble_multiply_1(p, 0, columns, 1, words, to);
  }
  if (thimble_is_clamped(p)) thimble_clamp_outputs(p, out, pixels * p->out_ch);
}

#endif
