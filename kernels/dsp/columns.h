/* columns.h: matrix products of widened columns with packed weights, for all convolutions that are not depthwise.
 *
 * A column holds what one output pixel reads, as int16 in words of two; columns of four pixels are interleaved word by
 * word. Depth is padded with zeros to a multiple of 4. Of each four elements 0 1 2 3 the words hold (0, 2) and (1, 3):
 * what SXTB16 yields without a rotate, and with one.
 * Weights "pairs_by_four" (target/weight_layout.cpp): for each two output channels, for each word of a column, a word
 * of bytes: channel 0 and channel 1 for the word's first element, then for its second. An odd last channel has zeros
 * beside it. "wide_pairs_by_four" holds the words that SXTB16 makes of these: a word of channel 0, then of channel 1.
 * `wide`, a constant of the caller, says which.
 */
#ifndef THIMBLE_COLUMNS_H
#define THIMBLE_COLUMNS_H

#include "outputs.h"
#include "simd_columns.h"

/* Words of a column of `depth` elements: even. */
THIMBLE_INLINE int32_t thimble_column_words(int32_t depth) { return ((depth + 3) & ~3) / 2; }

/* Widens `count` int8 (a multiple of 4) to words `step` apart. Returns the next word's place.
 */
THIMBLE_INLINE uint32_t* thimble_widen(const int8_t* in, int32_t count, uint32_t* column, int32_t step) {
  const int8_t* const end = in + count;
  for (; in != end; in += 4, column += 2 * step) {
    const uint32_t bytes = thimble_load_word(in);
    column[0] = thimble_sxtb16(bytes);
    column[step] = thimble_sxtb16_odd(bytes);
  }
  return column;
}

/* The same for four pixels, `stride` bytes apart, to interleaved columns. */
THIMBLE_INLINE void thimble_widen_4(const int8_t* in, int32_t stride, int32_t count, uint32_t* columns) {
  const int8_t* const end = in + count;
  for (; in != end; in += 4, columns += 8) {
    const uint32_t first = thimble_load_word(in);
    const uint32_t second = thimble_load_word(in + stride);
    const uint32_t third = thimble_load_word(in + 2 * stride);
    const uint32_t fourth = thimble_load_word(in + 3 * stride);
    columns[0] = thimble_sxtb16(first);
    columns[1] = thimble_sxtb16(second);
    columns[2] = thimble_sxtb16(third);
    columns[3] = thimble_sxtb16(fourth);
    columns[4] = thimble_sxtb16_odd(first);
    columns[5] = thimble_sxtb16_odd(second);
    columns[6] = thimble_sxtb16_odd(third);
    columns[7] = thimble_sxtb16_odd(fourth);
  }
}

THIMBLE_INLINE const int8_t* thimble_pair_weights(const thimble_conv* p, int32_t o, int32_t words, int wide) {
  return (const int8_t*)p->weights + 2 * o * words * (wide ? 2 : 1);
}

/* Computes the outliers of one pixel again. */
THIMBLE_SHARED void thimble_multiply_outliers(const thimble_conv* p, const uint32_t* column, int32_t step,
                                              int32_t words, int8_t* out, int wide) {
  int32_t i;
  for (i = 0; i < p->outlier_count; ++i) {
    const int32_t* const outlier = p->outliers + 4 * i;
    const int32_t o = outlier[0];
    int32_t acc[2];
    acc[0] = acc[1] = outlier[3];
    thimble_dot_1x2(acc, column, step, thimble_pair_weights(p, o & ~1, words, wide), words, wide);
    out[o] = thimble_outlier_output(p, outlier, acc[o & 1]);
  }
}

/* Output channels from `o` (even) of one pixel, from its column's words, `step` apart; outliers are left wrong. */
THIMBLE_INLINE void thimble_multiply_channels(const thimble_conv* p, int32_t o, const uint32_t* column, int32_t step,
                                              int32_t words, int8_t* out, int wide) {
  const int8_t* weights = thimble_pair_weights(p, o, words, wide);
  for (; o < p->out_ch; o += 2, weights += (wide ? 8 : 4) * words) {
    const int pair = o + 1 < p->out_ch;
    int32_t acc[2];
    acc[0] = thimble_bias_of(p, o);
    acc[1] = pair ? thimble_bias_of(p, o + 1) : 0;
    thimble_dot_1x2(acc, column, step, weights, words, wide);
    thimble_store_output(p, o, acc[0], out);
    if (pair) thimble_store_output(p, o + 1, acc[1], out);
  }
}

/* All output channels of one pixel. */
THIMBLE_INLINE void thimble_multiply_1(const thimble_conv* p, const uint32_t* column, int32_t words, int8_t* out,
                                       int wide) {
  thimble_multiply_channels(p, 0, column, 1, words, out, wide);
  if (p->outlier_count > 0) thimble_multiply_outliers(p, column, 1, words, out, wide);
}

/* `pairs` > 0 pairs of output channels from `first` (even) on of `pixels` (3 or 4) pixels from four interleaved
 * columns; outliers are left wrong. */
THIMBLE_INLINE void thimble_multiply_pairs(const thimble_conv* p, int32_t first, int32_t pairs, const uint32_t* columns,
                                           int32_t words, int8_t* out, int32_t pixels, int wide) {
  thimble_block block;
  block.columns = columns;
  block.weights = thimble_pair_weights(p, first, words, wide);
  block.bias = p->bias + first;
  block.weight_bytes = (wide ? 8 : 4) * words;
  block.end = NULL;
  block.scales = p->scales + THIMBLE_SCALES * first;
  block.out = out + first;
  block.out_ch = p->out_ch;
  block.addend = thimble_output_addend(p);
  block.fourth = (pixels - 1) * p->out_ch;
  block.out_end = block.out + 2 * pairs;
  thimble_multiply_block(&block, wide);
}

/* An odd last channel of the same pixels, and the outliers. */
THIMBLE_INLINE void thimble_multiply_others(const thimble_conv* p, const uint32_t* columns, int32_t words, int8_t* out,
                                            int32_t pixels, int wide) {
  const int32_t paired = p->out_ch & ~1;
  int32_t i;
  for (i = 0; i < pixels && (paired < p->out_ch || p->outlier_count > 0); ++i) {
    int8_t* const pixel = out + i * p->out_ch;
    thimble_multiply_channels(p, paired, columns + i, 4, words, pixel, wide);
    thimble_multiply_outliers(p, columns + i, 4, words, pixel, wide);
  }
}

/* All output channels of them. */
THIMBLE_INLINE void thimble_multiply_4(const thimble_conv* p, const uint32_t* columns, int32_t words, int8_t* out,
                                       int32_t pixels, int wide) {
  const int32_t pairs = p->out_ch / 2;
  if (pairs > 0) thimble_multiply_pairs(p, 0, pairs, columns, words, out, pixels, wide);
  thimble_multiply_others(p, columns, words, out, pixels, wide);
}

#endif
