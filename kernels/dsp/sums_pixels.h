/* sums_pixels.h: one group of input channels of a pointwise convolution, four pixels by two output channels a step;
 * pixels that are left over one by one. `last`, a constant of the caller, says whether it is the last of the groups,
 * whose outputs are int8.
 */
#ifndef THIMBLE_DSP_SUMS_PIXELS_H
#define THIMBLE_DSP_SUMS_PIXELS_H

#include "../generic/sums_rows.h"
#include "pixels.h"
#include "simd_sums.h"

/* What the sums of a channel begin with: the sums of the groups before, if there are any, and the bias. */
THIMBLE_INLINE int32_t thimble_sum_before(const int32_t* sums, int32_t o, int32_t bias) {
  return sums != NULL ? thimble_wrapping_sum(sums[o], bias) : bias;
}

/* The bias of the last group; others have none. */
THIMBLE_INLINE int32_t thimble_bias_of_last(const thimble_conv* p, int32_t o, int last) {
  return last ? thimble_bias_of(p, o) : 0;
}

/* Stores channel o of `pixels` pixels: sums, or the outputs that the last group makes of them. */
THIMBLE_INLINE void thimble_store_sums(const thimble_conv* p, int32_t o, const int32_t* acc, int32_t pixels, void* out,
                                       int last) {
  int32_t i;
  if (last) {
    const thimble_channel channel = thimble_channel_of(p, o);
    int8_t* const to = (int8_t*)out + o;
    for (i = 0; i < pixels; ++i) to[i * p->out_ch] = thimble_output(&channel, acc[i]);
  } else {
    int32_t* const to = (int32_t*)out + o;
    for (i = 0; i < pixels; ++i) to[i * p->out_ch] = acc[i];
  }
}

/* Computes the outliers of one pixel again. Its sums have not been written over: outputs of the last group are apart. */
THIMBLE_INLINE void thimble_sum_outliers(const thimble_conv* p, const uint32_t* column, int32_t step,
                                         const int32_t* sums, int8_t* out) {
  const int32_t words = thimble_column_words(p->in_ch);
  int32_t i;
  for (i = 0; i < p->outlier_count; ++i) {
    const int32_t* const outlier = p->outliers + 4 * i;
    const int32_t o = outlier[0];
    int32_t acc[2];
    acc[0] = acc[1] = thimble_wrapping_sum(outlier[3], sums != NULL ? sums[o] : 0);
    thimble_dot_1x2(acc, column, step, thimble_pair_weights(p, o & ~1, words, 0), words, 0);
    out[o] = thimble_outlier_output(p, outlier, acc[o & 1]);
  }
}

/* All output channels of `pixels` (3 or 4) pixels from interleaved columns. */
THIMBLE_INLINE void thimble_sum_block(const thimble_conv* p, const uint32_t* columns, const int32_t* sums, void* out,
                                      int32_t pixels, int last) {
  const int32_t words = thimble_column_words(p->in_ch);
  const int8_t* weights = (const int8_t*)p->weights;
  int32_t acc[8];
  int32_t o, i;
  for (o = 0; o < p->out_ch; o += 2, weights += 4 * words) {
    const int32_t second = o + 1 < p->out_ch ? o + 1 : o; /* An odd last channel has zeros beside it. */
    const int32_t bias = thimble_bias_of_last(p, o, last);
    const int32_t second_bias = thimble_bias_of_last(p, second, last);
    const int32_t* before = sums;
    for (i = 0; i < 4; ++i) {
      acc[i] = thimble_sum_before(before, o, bias);
      acc[4 + i] = thimble_sum_before(before, second, second_bias);
      if (before != NULL && i + 1 < pixels) before += p->out_ch;
    }
    thimble_dot_4x2(acc, columns, weights, words);
    thimble_store_sums(p, o, acc, pixels, out, last);
    if (second != o) thimble_store_sums(p, second, acc + 4, pixels, out, last);
  }
  for (i = 0; last && p->outlier_count > 0 && i < pixels; ++i) {
    thimble_sum_outliers(p, columns + i, 4, sums != NULL ? sums + i * p->out_ch : NULL, (int8_t*)out + i * p->out_ch);
  }
}

/* All output channels of one pixel. */
THIMBLE_INLINE void thimble_sum_lone(const thimble_conv* p, const uint32_t* column, const int32_t* sums, void* out,
                                     int last) {
  const int32_t words = thimble_column_words(p->in_ch);
  const int8_t* weights = (const int8_t*)p->weights;
  int32_t o;
  for (o = 0; o < p->out_ch; o += 2, weights += 4 * words) {
    const int32_t second = o + 1 < p->out_ch ? o + 1 : o;
    int32_t acc[2];
    acc[0] = thimble_sum_before(sums, o, thimble_bias_of_last(p, o, last));
    acc[1] = thimble_sum_before(sums, second, thimble_bias_of_last(p, second, last));
    thimble_dot_1x2(acc, column, 1, weights, words, 0);
    thimble_store_sums(p, o, acc, 1, out, last);
    if (second != o) thimble_store_sums(p, second, acc + 1, 1, out, last);
  }
  if (last && p->outlier_count > 0) thimble_sum_outliers(p, column, 1, sums, (int8_t*)out);
}

THIMBLE_INLINE void thimble_sum_pixels_of_group(const thimble_conv* p, const int8_t* pixel, const int32_t* sums,
                                                void* out, int32_t pixels, uint32_t* columns, int last) {
  const int32_t element = last ? 1 : 4;
  int8_t* to = (int8_t*)out;
  int32_t left = pixels;
  while (left > 0) {
    const int32_t now = left > 2 ? thimble_min(left, 4) : 1;
    int32_t i;
    if (now == 4 && p->in_ch % 4 == 0) {
      thimble_widen_4(pixel, p->in_ch, p->in_ch, columns);
    } else {
      for (i = 0; i < now; ++i) thimble_widen_pixel(pixel + i * p->in_ch, p->in_ch, columns + i, now > 1 ? 4 : 1);
    }
    if (now > 1) {
      thimble_sum_block(p, columns, sums, to, now, last);
    } else {
      thimble_sum_lone(p, columns, sums, to, last);
    }
    pixel += now * p->in_ch;
    if (sums != NULL) sums += now * p->out_ch;
    to += now * p->out_ch * element;
    left -= now;
  }
  if (last && thimble_is_clamped(p)) thimble_clamp_outputs(p, (int8_t*)out, pixels * p->out_ch);
}

#endif
