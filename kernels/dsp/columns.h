/* columns.h: matrix products of widened columns with packed weights, for all convolutions that are not depthwise.
 *
 * A column holds what one output pixel reads, as int16 in words of two; columns of four pixels are interleaved word by
 * word. Depth is padded with zeros to a multiple of 4. The order of the elements is the widening's:
 *   pairs_by_four  of each four elements 0 1 2 3, words (0, 2) and (1, 3): what SXTB16 yields without a rotate
 *   pairs          words (0, 1), (2, 3), ...
 * Weights (target/weight_layout.cpp): for each two output channels, for each word of a column, a word of bytes: channel
 * 0 and channel 1 for the word's first element, then for its second. An odd last channel has zeros beside it.
 */
#ifndef THIMBLE_COLUMNS_H
#define THIMBLE_COLUMNS_H

#include "outputs.h"

/* Words of a column of `depth` elements: even. */
THIMBLE_INLINE int32_t thimble_column_words(int32_t depth) { return ((depth + 3) & ~3) / 2; }

/* Widens `count` int8 (a multiple of 4) to words `step` apart, in order pairs_by_four. Returns the next word's place.
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

THIMBLE_INLINE void thimble_store(thimble_channel channel, int32_t acc, int8_t* out) {
  *out = thimble_output(&channel, acc);
}

/* Four outputs of one channel, out_ch bytes apart; the last `4 - pixels` are dropped. */
THIMBLE_INLINE void thimble_store_column(thimble_channel channel, const int32_t acc[4], int8_t* out, int32_t out_ch,
                                         int32_t pixels) {
  out[0] = thimble_output(&channel, acc[0]);
  out[out_ch] = thimble_output(&channel, acc[1]);
  out[2 * out_ch] = thimble_output(&channel, acc[2]);
  if (pixels == 4) out[3 * out_ch] = thimble_output(&channel, acc[3]);
}

/* All output channels of `pixels` (3 or 4) pixels from four interleaved columns. */
THIMBLE_INLINE void thimble_multiply_4(const thimble_conv* p, const uint32_t* columns, int32_t words, int8_t* out,
                                       int32_t pixels) {
  const int8_t* weights = (const int8_t*)p->weights;
  int32_t acc[8];
  int32_t o = 0;
  for (; o + 1 < p->out_ch; o += 2, weights += 4 * words) {
    thimble_dot_4x2(acc, p->bias[o], p->bias[o + 1], columns, weights, words);
    thimble_store_column(thimble_channel_of(p, o), acc, out + o, p->out_ch, pixels);
    thimble_store_column(thimble_channel_of(p, o + 1), acc + 4, out + o + 1, p->out_ch, pixels);
  }
  if (o < p->out_ch) {
    thimble_dot_4x2(acc, p->bias[o], 0, columns, weights, words);
    thimble_store_column(thimble_channel_of(p, o), acc, out + o, p->out_ch, pixels);
  }
}

/* All output channels of one pixel from one column. */
THIMBLE_INLINE void thimble_multiply_1(const thimble_conv* p, const uint32_t* column, int32_t words, int8_t* out) {
  const int8_t* weights = (const int8_t*)p->weights;
  int32_t acc[2];
  int32_t o = 0;
  for (; o + 1 < p->out_ch; o += 2, weights += 4 * words) {
    thimble_dot_1x2(acc, p->bias[o], p->bias[o + 1], column, weights, words);
    thimble_store(thimble_channel_of(p, o), acc[0], out + o);
    thimble_store(thimble_channel_of(p, o + 1), acc[1], out + o + 1);
  }
  if (o < p->out_ch) {
    thimble_dot_1x2(acc, p->bias[o], 0, column, weights, words);
    thimble_store(thimble_channel_of(p, o), acc[0], out + o);
  }
}

#endif
