/* s8_conv_lean_4x2_dsp: convolution of any kernel, stride, dilation and padding, in_ch a multiple of 4, with little
 * scratch: four pixels by two output channels a step, partial im2col of a piece of a kernel row at a time.
 *
 * in       int8 rows [in_w][in_ch]; out int8 [pixels][out_ch], apart from them
 * weights  int8 "pairs_by_four", columns.h
 * bias     int32 [out_ch], input zero point folded in
 * Needs in_ch % 4 == 0, and the ranges of outputs.h. Scratch: sums of THIMBLE_LEAN_CHANNELS output channels of four
 * pixels, and columns of THIMBLE_LEAN_DEPTH elements, at most kernel_w * in_ch. 29 instructions for 32 MACs; columns
 * are gathered again for each group of output channels.
 */
#ifndef THIMBLE_S8_CONV_LEAN_4X2_DSP_H
#define THIMBLE_S8_CONV_LEAN_4X2_DSP_H

#include "im2col.h"
#include "s8_conv_4x2_dsp.h"
#include "simd_sums.h"

#define THIMBLE_LEAN_CHANNELS 16
#define THIMBLE_LEAN_DEPTH 128

/* Elements [first, first + count) of what one output pixel reads of a row, to words four apart. Both are multiples of
 * 4. */
THIMBLE_INLINE void thimble_widen_piece(const thimble_conv* p, const int8_t* row, int32_t x, int32_t first,
                                        int32_t count, uint32_t* column) {
  const int32_t left = x * p->stride_w - p->pad_left;
  const int32_t end = first + count;
  int32_t kx = first / p->in_ch;
  int32_t channel = first - kx * p->in_ch;
  while (first < end) {
    const int32_t now = thimble_min(end - first, p->in_ch - channel);
    const int32_t at = left + kx * p->dilation_w;
    column = at >= 0 && at < p->in_w ? thimble_widen(row + at * p->in_ch + channel, now, column, 4)
                                     : thimble_fill_column(p->in_zero_point, now, column, 4);
    first += now;
    kx += 1;
    channel = 0;
  }
}

/* The same of four pixels, of which those from `pixels` on count as the last. */
THIMBLE_SHARED void thimble_gather_piece(const thimble_conv* p, const int8_t* row, int32_t x, int32_t pixels,
                                         int32_t first, int32_t count, uint32_t* columns) {
  int32_t i;
  if (pixels == 4 && thimble_is_inside(p, x) && thimble_is_inside(p, x + 3)) {
    const int32_t left = (x * p->stride_w - p->pad_left) * p->in_ch;
    thimble_widen_4(row + left + first, p->stride_w * p->in_ch, count, columns);
    return;
  }
  for (i = 0; i < 4; ++i) thimble_widen_piece(p, row, x + thimble_min(i, pixels - 1), first, count, columns + i);
}

/* Sums of `pairs` pairs of output channels from `first` (even) on, for four pixels from x on: of each pair as
 * thimble_dot_4x2 has them. */
THIMBLE_INLINE void thimble_sum_group(const thimble_conv* p, const int8_t* const* rows, int32_t x, int32_t pixels,
                                      int32_t first, int32_t pairs, int32_t* sums, uint32_t* columns) {
  const int32_t run = p->kernel_w * p->in_ch;
  const int32_t words = thimble_column_words(p->kernel_h * run);
  const int8_t* weights = thimble_pair_weights(p, first, words, 0);
  int32_t ky, at, i;
  memset(sums, 0, (size_t)(pairs * 8) * sizeof(int32_t));
  for (ky = 0; ky < p->kernel_h; ++ky) {
    for (at = 0; at < run; at += THIMBLE_LEAN_DEPTH) {
      const int32_t count = thimble_min(run - at, THIMBLE_LEAN_DEPTH);
      thimble_gather_piece(p, rows[ky], x, pixels, at, count, columns);
      for (i = 0; i < pairs; ++i) thimble_dot_4x2(sums + 8 * i, columns, weights + i * 4 * words, count / 2);
      weights += 2 * count;
    }
  }
}

/* Outputs of these channels, as many as there are. */
THIMBLE_INLINE void thimble_store_group(const thimble_conv* p, int32_t pixels, int32_t first, int32_t pairs,
                                        const int32_t* sums, int8_t* out) {
  const int32_t end = thimble_min(first + 2 * pairs, p->out_ch);
  int32_t o, i, pixel;
  for (o = first; o < end; ++o, sums += 4) {
    const thimble_channel channel = thimble_channel_of(p, o);
    for (i = 0; i < pixels; ++i) out[i * p->out_ch + o] = thimble_output(&channel, channel.bias + sums[i]);
  }
  sums -= 4 * (end - first);
  for (i = 0; i < p->outlier_count; ++i) {
    const int32_t* const outlier = p->outliers + 4 * i;
    o = outlier[0];
    if (o < first || o >= end) continue;
    for (pixel = 0; pixel < pixels; ++pixel) {
      out[pixel * p->out_ch + o] = thimble_outlier_output(p, outlier, outlier[3] + sums[4 * (o - first) + pixel]);
    }
  }
}

THIMBLE_SHARED void s8_conv_lean_4x2_dsp(const thimble_conv* p, const int8_t* const* rows, int8_t* out, int32_t pixels,
                                         void* scratch) {
  int32_t* const sums = (int32_t*)scratch;
  uint32_t* const columns = (uint32_t*)scratch + 4 * THIMBLE_LEAN_CHANNELS;
  int32_t x, first;
  for (x = 0; x < pixels; x += 4) {
    const int32_t now = thimble_min(pixels - x, 4);
    for (first = 0; first < p->out_ch; first += THIMBLE_LEAN_CHANNELS) {
      const int32_t pairs = (thimble_min(p->out_ch - first, THIMBLE_LEAN_CHANNELS) + 1) / 2;
      thimble_sum_group(p, rows, x, now, first, pairs, sums, columns);
      thimble_store_group(p, now, first, pairs, sums, out + x * p->out_ch);
    }
  }
  if (thimble_is_clamped(p)) thimble_clamp_outputs(p, out, pixels * p->out_ch);
}

#endif
