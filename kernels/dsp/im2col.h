/* im2col.h: convolution of any kernel by columns of the input, four output pixels at a time.
 *
 * The kernels differ in how they widen: their `gather` writes the columns of `pixels` output pixels from x on,
 * interleaved word by word if there are several (room for four), dense if there is one. `wide` is a constant,
 * columns.h.
 */
#ifndef THIMBLE_IM2COL_H
#define THIMBLE_IM2COL_H

#include "../generic/conv_rows.h"
#include "columns.h"

typedef void thimble_gather(const thimble_conv* p, const int8_t* const* rows, int32_t x, int32_t pixels,
                            uint32_t* columns);

/* Whether the kernel's columns lie inside the image at output pixel x, and next to each other. */
THIMBLE_INLINE int thimble_is_inside(const thimble_conv* p, int32_t x) {
  const int32_t left = x * p->stride_w - p->pad_left;
  return p->dilation_w == 1 && left >= 0 && left + p->kernel_w <= p->in_w;
}

#if THIMBLE_COLUMN_TILES
/* Blocks of four pixels, or three at the end, from the first on of `pixels`: as many as the scratch has columns for.
 * Returns their pixels. All of them are multiplied by one pair of channels' weights before the next pair's. */
THIMBLE_INLINE int32_t thimble_convolve_tile(const thimble_conv* p, thimble_gather* gather, const int8_t* const* rows,
                                             int32_t first, int8_t* out, int32_t pixels, uint32_t* columns, int wide) {
  const int32_t words = thimble_column_words(p->kernel_h * p->kernel_w * p->in_ch);
  const int32_t left = thimble_min(pixels, p->tile_pixels);
  const int32_t now = left % 4 == 3 ? left : left & ~3;
  int32_t o, x;
  for (x = 0; x < now; x += 4) gather(p, rows, first + x, thimble_min(now - x, 4), columns + x * words);
  for (o = 0; o + 2 <= p->out_ch; o += 2) {
    for (x = 0; x < now; x += 4) {
      thimble_multiply_pairs(p, o, 1, columns + x * words, words, out + x * p->out_ch, thimble_min(now - x, 4), wide);
    }
  }
  for (x = 0; x < now; x += 4) {
    thimble_multiply_others(p, columns + x * words, words, out + x * p->out_ch, thimble_min(now - x, 4), wide);
  }
  return now;
}
#endif

THIMBLE_INLINE void thimble_convolve_columns(const thimble_conv* p, thimble_gather* gather, const int8_t* const* rows,
                                             int8_t* out, int32_t pixels, uint32_t* columns, int wide) {
  const int32_t words = thimble_column_words(p->kernel_h * p->kernel_w * p->in_ch);
  int8_t* to = out;
  int32_t x = 0;
#if THIMBLE_COLUMN_TILES
  while (p->tile_pixels > 0 && x + 2 < pixels) {
    const int32_t now = thimble_convolve_tile(p, gather, rows, x, to, pixels - x, columns, wide);
    to += now * p->out_ch;
    x += now;
  }
#endif
  while (x + 2 < pixels) {
    const int32_t now = thimble_min(pixels - x, 4);
    gather(p, rows, x, now, columns);
    thimble_multiply_4(p, columns, words, to, now, wide);
    to += now * p->out_ch;
    x += now;
  }
  for (; x < pixels; ++x, to += p->out_ch) {
    gather(p, rows, x, 1, columns);
    thimble_multiply_1(p, columns, words, to, wide);
  }
  if (thimble_is_clamped(p)) thimble_clamp_outputs(p, out, pixels * p->out_ch);
}

#endif
