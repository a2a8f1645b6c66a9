/* s8_conv_any_4x2_dsp: convolution of any kernel, stride, dilation, padding and number of input channels; for images of
 * one or three channels. Four pixels by two output channels a step, partial im2col: columns of bytes first, which are
 * then widened.
 *
 * in       int8 rows [in_w][in_ch]; out int8 [pixels][out_ch]
 * weights  int8 "pairs_by_four", columns.h
 * bias     int32 [out_ch], input zero point folded in
 * Needs the ranges of outputs.h. Scratch: 12 * depth bytes (3 * depth where out_w < 3), depth = kernel_h * kernel_w *
 * in_ch rounded up to a multiple of 4. 27 instructions for 32 MACs, and 3 a round of 64.
 */
#ifndef THIMBLE_S8_CONV_ANY_4X2_DSP_H
#define THIMBLE_S8_CONV_ANY_4X2_DSP_H

#include "im2col.h"

/* Copies `count` bytes by words, the last of which may overlap the one before. */
THIMBLE_INLINE int8_t* thimble_copy_run(int8_t* to, const int8_t* from, int32_t count) {
  int8_t* const end = to + count;
  if (count >= 4) {
    for (; to + 4 <= end; to += 4, from += 4) thimble_store_word(to, thimble_load_word(from));
    if (to != end) thimble_store_word(end - 4, thimble_load_word(from - (to + 4 - end)));
  } else {
    for (; to != end; ++to, ++from) *to = *from;
  }
  return end;
}

THIMBLE_INLINE int8_t* thimble_fill_run(int8_t* to, int32_t value, int32_t count) {
  int8_t* const end = to + count;
  while (to != end) *to++ = (int8_t)value;
  return end;
}

/* The bytes that output pixel x reads: of each row a run inside the image, zero points on both sides of it. */
THIMBLE_INLINE void thimble_gather_run(const thimble_conv* p, const int8_t* const* rows, int32_t x, int8_t* to) {
  const int32_t left = x * p->stride_w - p->pad_left;
  const int32_t before = thimble_clamp(-left, 0, p->kernel_w);
  const int32_t after = thimble_clamp(left + p->kernel_w - p->in_w, 0, p->kernel_w - before);
  const int32_t inside = p->kernel_w - before - after;
  int32_t ky;
  for (ky = 0; ky < p->kernel_h; ++ky) {
    to = thimble_fill_run(to, p->in_zero_point, before * p->in_ch);
    to = thimble_copy_run(to, rows[ky] + (left + before) * p->in_ch, inside * p->in_ch);
    to = thimble_fill_run(to, p->in_zero_point, after * p->in_ch);
  }
}

/* The same for a dilated kernel, column by column. */
THIMBLE_SHARED void thimble_gather_columns(const thimble_conv* p, const int8_t* const* rows, int32_t x, int8_t* to) {
  int32_t at = x * p->stride_w - p->pad_left;
  int32_t ky, kx;
  for (ky = 0; ky < p->kernel_h; ++ky, at -= p->kernel_w * p->dilation_w) {
    for (kx = 0; kx < p->kernel_w; ++kx, at += p->dilation_w) {
      to = at >= 0 && at < p->in_w ? thimble_copy_run(to, rows[ky] + at * p->in_ch, p->in_ch)
                                   : thimble_fill_run(to, p->in_zero_point, p->in_ch);
    }
  }
}

THIMBLE_INLINE void thimble_gather_pixel(const thimble_conv* p, const int8_t* const* rows, int32_t x, int8_t* to) {
  if (p->dilation_w == 1) {
    thimble_gather_run(p, rows, x, to);
  } else {
    thimble_gather_columns(p, rows, x, to);
  }
}

/* Those of four pixels whose columns lie inside the image; `run` bytes of a row for each. */
THIMBLE_INLINE void thimble_gather_4_inside(const thimble_conv* p, const int8_t* const* rows, int32_t x, int8_t* to,
                                            int32_t depth, int32_t run) {
  const int32_t step = p->stride_w * p->in_ch;
  const int32_t first = (x * p->stride_w - p->pad_left) * p->in_ch;
  int32_t ky;
  for (ky = 0; ky < p->kernel_h; ++ky, to += run) {
    const int8_t* const from = rows[ky] + first;
    (void)thimble_copy_run(to, from, run);
    (void)thimble_copy_run(to + depth, from + step, run);
    (void)thimble_copy_run(to + 2 * depth, from + 2 * step, run);
    (void)thimble_copy_run(to + 3 * depth, from + 3 * step, run);
  }
}

/* One of four pixels of a 3x3 kernel over three channels, to words of its interleaved column: nine bytes of each row
 * follow each other in it. */
THIMBLE_INLINE void thimble_widen_27(const int8_t* row0, const int8_t* row1, const int8_t* row2, uint32_t* column) {
  uint32_t bytes[7];
  int32_t i;
  bytes[0] = thimble_load_word(row0);
  bytes[1] = thimble_load_word(row0 + 4);
  bytes[2] = (uint32_t)(uint8_t)row0[8] | thimble_load_word(row1) << 8;
  bytes[3] = thimble_load_word(row1 + 3);
  bytes[4] = thimble_low_halves(thimble_load_half(row1 + 7), thimble_load_half(row2));
  bytes[5] = thimble_load_word(row2 + 2);
  bytes[6] = thimble_load_word(row2 + 5) >> 8;
  for (i = 0; i < 7; ++i) {
    column[8 * i] = thimble_sxtb16(bytes[i]);
    column[8 * i + 4] = thimble_sxtb16_odd(bytes[i]);
  }
}

/* Four pixels whose columns lie inside the image. */
THIMBLE_SHARED void thimble_widen_4_of_27(const thimble_conv* p, const int8_t* const* rows, int32_t x,
                                          uint32_t* columns) {
  const int32_t step = 3 * p->stride_w;
  const int32_t first = 3 * (x * p->stride_w - p->pad_left);
  const int8_t* row0 = rows[0] + first;
  const int8_t* row1 = rows[1] + first;
  const int8_t* row2 = rows[2] + first;
  uint32_t* const end = columns + 4;
  for (; columns != end; ++columns, row0 += step, row1 += step, row2 += step) {
    thimble_widen_27(row0, row1, row2, columns);
  }
}

THIMBLE_SHARED void thimble_gather_any(const thimble_conv* p, const int8_t* const* rows, int32_t x, int32_t pixels,
                                       uint32_t* columns) {
  const int32_t run = p->kernel_w * p->in_ch;
  const int32_t depth = (p->kernel_h * run + 3) & ~3;
  int8_t* const bytes = (int8_t*)columns + 2 * depth * (p->out_w > 2 ? 4 : 1);
  const int inside = pixels == 4 && thimble_is_inside(p, x) && thimble_is_inside(p, x + 3);
  int32_t i;
  if (inside && run == 9 && p->kernel_h == 3) {
    thimble_widen_4_of_27(p, rows, x, columns);
    return;
  }
  for (i = 1; i <= pixels; ++i) thimble_store_word(bytes + i * depth - 4, 0); /* what pads the depth */
  if (!inside) {
    for (i = 0; i < pixels; ++i) thimble_gather_pixel(p, rows, x + i, bytes + i * depth);
  } else if (run == 3) { /* 3x3 over one channel */
    thimble_gather_4_inside(p, rows, x, bytes, depth, 3);
  } else {
    thimble_gather_4_inside(p, rows, x, bytes, depth, run);
  }
  if (pixels > 1) {
    thimble_widen_4(bytes, depth, depth, columns); /* a fourth pixel that is not there has any value */
  } else {
    (void)thimble_widen(bytes, depth, columns, 1);
  }
}

THIMBLE_SHARED void s8_conv_any_4x2_dsp(const thimble_conv* p, const int8_t* const* rows, int8_t* out, int32_t pixels,
                                        void* scratch) {
  thimble_convolve_columns(p, thimble_gather_any, rows, out, pixels, (uint32_t*)scratch, 0);
}

#endif
