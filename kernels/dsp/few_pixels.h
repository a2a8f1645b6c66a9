/* few_pixels.h: pointwise convolution and fully connected layer, one pixel by four output channels a step. Nothing is
 * reused between pixels, so they are widened on the way: no scratch.
 */
#ifndef THIMBLE_FEW_PIXELS_H
#define THIMBLE_FEW_PIXELS_H

#include "../generic/conv_rows.h"
#include "outputs.h"
#include "simd_columns.h"

/* Adds the products of output channels [o, o + 4), o a multiple of 4, to their accumulators. */
THIMBLE_INLINE void thimble_dot_four(const thimble_conv* p, const int8_t* pixel, int32_t o, int32_t acc[4], int wide) {
  const int32_t whole = p->in_ch & ~3;
  const int32_t four_bytes = wide ? 32 : 16;
  const int8_t* const weights = (const int8_t*)p->weights + (o / 4) * ((p->in_ch + 3) / 4) * four_bytes;
  if (whole > 0) thimble_dot_1x4(acc, pixel, weights, whole / 4, wide);
  if (whole < p->in_ch) {
    int8_t last[4] = {0, 0, 0, 0};
    memcpy(last, pixel + whole, (size_t)(p->in_ch - whole));
    thimble_dot_1x4(acc, last, weights + whole / 4 * four_bytes, 1, wide);
  }
}

/* The same, for what is rare: no copy of it in every caller. */
THIMBLE_SHARED void thimble_dot_four_again(const thimble_conv* p, const int8_t* pixel, int32_t o, int32_t acc[4],
                                           int wide) {
  thimble_dot_four(p, pixel, o, acc, wide);
}

/* The outputs of the last channels, fewer than four, and of the outliers. */
THIMBLE_SHARED void thimble_few_channels(const thimble_conv* p, const int8_t* pixel, int8_t* out, int wide) {
  const int32_t whole = p->out_ch & ~3;
  int32_t acc[4] = {0, 0, 0, 0};
  int32_t i;
  if (whole < p->out_ch) {
    for (i = whole; i < p->out_ch; ++i) acc[i - whole] = thimble_bias_of(p, i);
    thimble_dot_four_again(p, pixel, whole, acc, wide);
    for (i = whole; i < p->out_ch; ++i) thimble_store_output(p, i, acc[i - whole], out);
  }
  for (i = 0; i < p->outlier_count; ++i) {
    const int32_t* const outlier = p->outliers + 4 * i;
    const int32_t o = outlier[0];
    acc[o & 3] = outlier[3];
    thimble_dot_four_again(p, pixel, o & ~3, acc, wide);
    out[o] = thimble_outlier_output(p, outlier, acc[o & 3]);
  }
}

THIMBLE_INLINE void thimble_convolve_few_pixels(const thimble_conv* p, const int8_t* pixel, int8_t* out, int32_t pixels,
                                                int wide) {
  const int32_t step = p->stride_w * p->in_ch;
  int8_t* to = out;
  int32_t left, o, i;
  for (left = pixels; left > 0; --left, pixel += step, to += p->out_ch) {
    for (o = 0; o + 4 <= p->out_ch; o += 4) {
      int32_t acc[4];
      for (i = 0; i < 4; ++i) acc[i] = thimble_bias_of(p, o + i);
      thimble_dot_four(p, pixel, o, acc, wide);
      thimble_store_output(p, o, acc[0], to);
      thimble_store_output(p, o + 1, acc[1], to);
      thimble_store_output(p, o + 2, acc[2], to);
      thimble_store_output(p, o + 3, acc[3], to);
    }
    thimble_few_channels(p, pixel, to, wide);
  }
  if (thimble_is_clamped(p)) thimble_clamp_outputs(p, out, pixels * p->out_ch);
}

#endif
