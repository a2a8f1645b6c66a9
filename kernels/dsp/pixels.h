/* pixels.h: pointwise convolution, four pixels at a time. Every stride_w-th pixel of the row is read. */
#ifndef THIMBLE_PIXELS_H
#define THIMBLE_PIXELS_H

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

THIMBLE_INLINE void thimble_convolve_pixels(const thimble_conv* p, const int8_t* pixel, int8_t* out, int32_t pixels,
                                            uint32_t* columns, int wide) {
  const int32_t words = thimble_column_words(p->in_ch);
  const int32_t step = p->stride_w * p->in_ch;
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
    thimble_multiply_4(p, columns, words, to, now, wide);
    to += now * p->out_ch;
    left -= now;
  }
  for (; left > 0; --left, pixel += step, to += p->out_ch) {
    thimble_widen_pixel(pixel, p->in_ch, columns, 1);
    thimble_multiply_1(p, columns, words, to, wide);
  }
  if (thimble_is_clamped(p)) thimble_clamp_outputs(p, out, pixels * p->out_ch);
}

#endif
