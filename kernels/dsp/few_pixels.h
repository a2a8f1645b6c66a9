/* few_pixels.h: pointwise convolution and fully connected layer, one pixel by four output channels a step. Nothing is
 * reused between pixels, so they are widened on the way: no scratch.
 */
#ifndef THIMBLE_FEW_PIXELS_H
#define THIMBLE_FEW_PIXELS_H

#include "../generic/conv_rows.h"
#include "outputs.h"
#include "simd_columns.h"

/* The accumulators of output channels [o, o + 4), o a multiple of 4; those beyond the last have any value. */
THIMBLE_INLINE void thimble_dot_four(const thimble_conv* p, const int8_t* pixel, int32_t o, int32_t acc[4], int wide) {
  const int32_t whole = p->in_ch & ~3;
  const int32_t four_bytes = wide ? 32 : 16;
  const int8_t* const weights = (const int8_t*)p->weights + (o / 4) * ((p->in_ch + 3) / 4) * four_bytes;
  int32_t i;
  for (i = 0; i < 4; ++i) acc[i] = p->bias[thimble_min(o + i, p->out_ch - 1)];
  if (whole > 0) thimble_dot_1x4(acc, pixel, weights, whole / 4, wide);
  if (whole < p->in_ch) {
    int8_t last[4] = {0, 0, 0, 0};
    memcpy(last, pixel + whole, (size_t)(p->in_ch - whole));
    thimble_dot_1x4(acc, last, weights + whole / 4 * four_bytes, 1, wide);
  }
}

THIMBLE_INLINE void thimble_convolve_few_pixels(const thimble_conv* p, const int8_t* pixel, int8_t* out, int32_t pixels,
                                                int wide) {
  const int32_t step = p->stride_w * p->in_ch;
  int8_t* to = out;
  int32_t left, o, i;
  for (left = pixels; left > 0; --left, pixel += step, to += p->out_ch) {
    int32_t acc[4];
    for (o = 0; o < p->out_ch; o += 4) {
      const int32_t end = thimble_min(4, p->out_ch - o);
      thimble_dot_four(p, pixel, o, acc, wide);
      for (i = 0; i < end; ++i) thimble_store_output(p, o + i, acc[i], to);
    }
    for (i = 0; i < p->outlier_count; ++i) {
      const int32_t* const outlier = p->outliers + 3 * i;
      thimble_dot_four(p, pixel, outlier[0] & ~3, acc, wide);
      to[outlier[0]] = thimble_outlier_output(p, outlier, acc[outlier[0] & 3]);
    }
  }
  if (thimble_is_clamped(p)) thimble_clamp_outputs(p, out, pixels * p->out_ch);
}

#endif
