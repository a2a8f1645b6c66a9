/* s8_dwconv_generic: depthwise convolution of any kernel, stride, dilation, padding and channel multiplier.
 *
 * Channel by channel: the rows under the kernel are copied to a ring, one plane, borders included.
 * in       int8 plane [in_h][in_w][in_ch]; out int8 plane [out_h][out_w][out_ch], out_ch = in_ch * multiplier
 * weights  int8 "chw": [out_ch][kernel_h][kernel_w]
 * bias     int32 [out_ch], input zero point folded in
 * Scratch: as many rows as the kernel reaches over of max(pad_left + in_w, columns that outputs reach over) bytes.
 * Where there is one output channel an input channel, the output may lie over the input, from the same byte on, if no
 * output row reaches the input rows that are still to be copied (target/depthwise_choice.h).
 * 2 loads and a multiply-add a MAC.
 */
#ifndef THIMBLE_S8_DWCONV_GENERIC_H
#define THIMBLE_S8_DWCONV_GENERIC_H

#include "conv_rows.h"
#include "dwconv_rows.h"
#include "requantize.h"

/* One row of one output channel from the rows under the kernel. */
THIMBLE_SHARED void thimble_dwconv_channel_row(const thimble_conv* p, const int8_t* const* rows, int32_t channel,
                                               int8_t* out) {
  const int8_t* const weights = (const int8_t*)p->weights + channel * p->kernel_h * p->kernel_w;
  int32_t x, ky, kx;
  for (x = 0; x < p->out_w; ++x, out += p->out_ch) {
    const int8_t* weight = weights;
    int32_t acc = p->bias[channel];
    for (ky = 0; ky < p->kernel_h; ++ky) {
      const int8_t* at = rows[ky] + x * p->stride_w;
      for (kx = 0; kx < p->kernel_w; ++kx, at += p->dilation_w) acc += *at * *weight++;
    }
    *out = thimble_conv_output(p, channel, acc);
  }
}

/* Copies a row of a channel, whose pixels are in_ch apart; `from` is NULL outside the image. */
static inline void thimble_copy_channel_row(const thimble_conv* p, const int8_t* from, int8_t* to) {
  int32_t x;
  if (from == NULL) {
    memset(to, p->in_zero_point, (size_t)p->in_w);
    return;
  }
  for (x = 0; x < p->in_w; ++x, from += p->in_ch) to[x] = *from;
}

THIMBLE_SHARED void s8_dwconv_generic(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                      int32_t first, int32_t end, void* scratch) {
  const int32_t multiplier = p->out_ch / p->in_ch;
  const int32_t height = (p->kernel_h - 1) * p->dilation_h + 1;
  const int32_t read = (p->out_w - 1) * p->stride_w + (p->kernel_w - 1) * p->dilation_w + 1;
  const int32_t filled = p->pad_left + p->in_w;
  const int32_t row_bytes = read > filled ? read : filled;
  int8_t* const ring = (int8_t*)scratch;
  int8_t* const ring_end = ring + height * row_bytes;
  const int8_t* rows[THIMBLE_MAX_KERNEL_H];
  int32_t c, r, m, ky;
  memset(ring, p->in_zero_point, (size_t)(height * row_bytes));
  for (c = 0; c < p->in_ch; ++c) {
    int32_t next = first * p->stride_h - p->pad_top; /* the next row to copy */
    int8_t* at = ring;
    for (r = first; r < end; ++r) {
      const int32_t bottom = r * p->stride_h - p->pad_top + height;
      int8_t* const to = thimble_row(out, r) + c * multiplier;
      for (; next < bottom; ++next) {
        thimble_copy_channel_row(p, next >= 0 && next < p->in_h ? thimble_row(in, next) + c : NULL, at + p->pad_left);
        at += row_bytes;
        if (at == ring_end) at = ring;
      }
      for (ky = 0; ky < p->kernel_h; ++ky) { /* the oldest row is where the next one will go */
        const int8_t* const row = at + ky * p->dilation_h * row_bytes;
        rows[ky] = row < ring_end ? row : row - (ring_end - ring);
      }
      for (m = 0; m < multiplier; ++m) thimble_dwconv_channel_row(p, rows, c * multiplier + m, to + m);
    }
  }
}

#endif
