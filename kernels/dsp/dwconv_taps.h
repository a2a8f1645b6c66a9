/* dwconv_taps.h: the taps of depthwise kernels as SMLAD wants them, and a row of outputs from taps of any size.
 *
 * A row's taps (w0 w1 w2) become the words
 *     even  (w0, w1) (w2, 0)    for outputs whose window starts at a word
 *     odd   (0, w0) (w1, w2)    for those that start in the middle of one: every second one if the stride is odd
 * Words of both kinds alternate; where the stride is even there are no odd ones. A row of `columns` taps has columns /
 * 2 + 1 words of a kind.
 */
#ifndef THIMBLE_DWCONV_TAPS_H
#define THIMBLE_DWCONV_TAPS_H

#include "outputs.h"

/* Taps of a channel: [rows][columns], `columns` counting the zeros between dilated taps. */
typedef struct {
  int32_t rows, columns, dilation;
  int32_t stride; /* from an output to the next, in columns */
} thimble_taps;

/* Words of one channel's taps. */
THIMBLE_INLINE int32_t thimble_tap_words(const thimble_taps* t) {
  return t->rows * (t->columns / 2 + 1) * (1 + t->stride % 2);
}

/* A row of dense taps. `odd` is a constant of the caller: whether there are odd words. Returns the words' end. */
THIMBLE_INLINE uint32_t* thimble_widen_tap_row(const int8_t* taps, int32_t columns, uint32_t* words, int odd) {
  uint32_t before = 0;
  for (; columns > 1; columns -= 2, taps += 2) {
    const uint32_t first = (uint32_t)taps[0];
    const uint32_t second = (uint32_t)taps[1];
    *words++ = thimble_low_halves(first, second);
    if (odd) *words++ = thimble_low_halves(before, first);
    before = second;
  }
  *words++ = columns > 0 ? (uint32_t)(uint16_t)taps[0] : 0;
  if (odd) {
    *words = thimble_low_halves(before, words[-1]);
    ++words;
  }
  return words;
}

/* The same for dilated ones, with the zeros between them. */
THIMBLE_SHARED uint32_t* thimble_widen_spread_row(const int8_t* taps, const thimble_taps* t, uint32_t* words) {
  uint32_t before = 0;
  int32_t x, i;
  for (x = 0; x <= t->columns; x += 2) {
    uint32_t pair[2] = {0, 0};
    for (i = 0; i < 2; ++i) {
      if (x + i < t->columns && (x + i) % t->dilation == 0) pair[i] = (uint32_t)*taps++;
    }
    *words++ = thimble_low_halves(pair[0], pair[1]);
    if (t->stride % 2 == 1) *words++ = thimble_low_halves(before, pair[0]);
    before = pair[1];
  }
  return words;
}

/* Writes the taps of one channel as words. */
typedef void thimble_widen_function(const int8_t* taps, uint32_t* words, const thimble_taps* t);

/* That of any shape. */
THIMBLE_SHARED void thimble_widen_any(const int8_t* taps, uint32_t* words, const thimble_taps* t) {
  const int32_t width = (t->columns - 1) / t->dilation + 1;
  const int8_t* const end = taps + t->rows * width;
  if (t->dilation > 1) {
    for (; taps != end; taps += width) words = thimble_widen_spread_row(taps, t, words);
  } else if (t->stride % 2 == 1) {
    for (; taps != end; taps += width) words = thimble_widen_tap_row(taps, width, words, 1);
  } else {
    for (; taps != end; taps += width) words = thimble_widen_tap_row(taps, width, words, 0);
  }
}

/* The same for a row of 3, 5 or 7 dense taps, by words. `size` and `odd` are constants of the caller. */
THIMBLE_INLINE uint32_t* thimble_widen_short_row(const int8_t* taps, uint32_t* words, int32_t size, int odd) {
  const int32_t kinds = odd ? 2 : 1;
  uint32_t even_words[4], odd_words[4];
  int32_t i;
  if (size == 3) {
    const uint32_t first = (uint32_t)taps[0], second = (uint32_t)taps[1], third = (uint32_t)taps[2];
    even_words[0] = thimble_low_halves(first, second);
    even_words[1] = third & 0xffffu;
    odd_words[0] = first << 16;
    odd_words[1] = thimble_low_halves(second, third);
  } else {
    const uint32_t bytes = thimble_load_word(taps); /* 0 to 3 */
    const uint32_t taps02 = thimble_sxtb16(bytes);
    const uint32_t taps13 = thimble_sxtb16_odd(bytes);
    even_words[0] = thimble_low_halves(taps02, taps13);
    even_words[1] = thimble_high_halves(taps02, taps13);
    odd_words[0] = taps02 << 16;
    odd_words[1] = thimble_low_and_high(taps13, taps02);
    if (size == 5) {
      const uint32_t last = (uint32_t)taps[4];
      even_words[2] = last & 0xffffu;
      odd_words[2] = taps13 >> 16 | last << 16;
    } else {
      const uint32_t more = thimble_load_word(taps + 3); /* 3 to 6 */
      const uint32_t taps35 = thimble_sxtb16(more);
      const uint32_t taps46 = thimble_sxtb16_odd(more);
      even_words[2] = thimble_low_and_high(taps46, taps35);
      even_words[3] = taps46 >> 16;
      odd_words[2] = thimble_low_halves(taps35, taps46);
      odd_words[3] = thimble_high_halves(taps35, taps46);
    }
  }
  for (i = 0; i <= size / 2; ++i, words += kinds) {
    words[0] = even_words[i];
    if (odd) words[1] = odd_words[i];
  }
  return words;
}

/* The taps of a square kernel of 3, 5 or 7 rows: constants of the caller, like the stride. */
THIMBLE_INLINE void thimble_widen_square(const int8_t* taps, uint32_t* words, int32_t size, int32_t stride) {
  const int8_t* const end = taps + size * size;
  do {
    words = thimble_widen_short_row(taps, words, size, stride % 2);
    taps += size;
  } while (taps != end);
}

/* The sums of four outputs. `in` points to the rows under the taps, the first output's window beginning at byte
 * `at` of each; the windows of the others begin `offset` words further. Reads columns / 2 + 1 words a window. */
THIMBLE_INLINE void thimble_sum_4(int32_t sum[4], const int8_t* const* in, int32_t at, const uint32_t* taps,
                                  const thimble_taps* t, const int32_t offset[4]) {
  const int32_t odd = t->stride % 2;
  int32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
  int32_t y;
  for (y = 0; y < t->rows; ++y) {
    const uint32_t* word = (const uint32_t*)(const void*)(in[y] + at);
    const uint32_t* const end = word + t->columns / 2 + 1;
    do {
      const uint32_t even_tap = taps[0];
      const uint32_t odd_tap = taps[odd];
      taps += 1 + odd;
      sum0 = thimble_smlad(word[0], even_tap, sum0);
      sum1 = thimble_smlad(word[offset[1]], odd_tap, sum1);
      sum2 = thimble_smlad(word[offset[2]], even_tap, sum2);
      sum3 = thimble_smlad(word[offset[3]], odd_tap, sum3);
    } while (++word != end);
  }
  sum[0] = sum0;
  sum[1] = sum1;
  sum[2] = sum2;
  sum[3] = sum3;
}

/* The entry of p->outliers of channel o, or NULL. */
THIMBLE_SHARED const int32_t* thimble_outlier_of(const thimble_conv* p, int32_t o) {
  int32_t i;
  for (i = 0; i < p->outlier_count; ++i) {
    if (p->outliers[4 * i] == o) return p->outliers + 4 * i;
  }
  return NULL;
}

THIMBLE_SHARED int8_t thimble_exact_output(const thimble_conv* p, const int32_t* outlier, int32_t acc) {
  return thimble_outlier_output(p, outlier, acc);
}

/* Outputs of an outlier from their sums. The accumulator may be of any size; without its bias it is small. */
THIMBLE_SHARED void thimble_outlier_outputs(const thimble_conv* p, const int32_t* outlier, const int32_t* sum,
                                            int8_t* out, int32_t step, int32_t count) {
  const uint32_t bias = (uint32_t)outlier[3];
  for (; count > 0; --count, out += step) {
    *out = thimble_exact_output(p, outlier, (int32_t)(bias + (uint32_t)*sum++));
  }
}

/* A row of `count` outputs of channel o, `step` bytes apart. Reads the windows of whole blocks of four outputs. */
THIMBLE_SHARED void thimble_any_taps_row(const thimble_conv* p, int32_t o, const int8_t* const* in, int32_t at,
                                         const uint32_t* taps, const thimble_taps* t, int8_t* out, int32_t step,
                                         int32_t count) {
  const thimble_channel channel = thimble_channel_of(p, o);
  const int32_t* const outlier = thimble_outlier_of(p, o);
  const int32_t offset[4] = {0, t->stride / 2, t->stride, 3 * t->stride / 2};
  for (; count > 0; count -= 4, at += 8 * t->stride, out += 4 * step) {
    int32_t sum[4];
    thimble_sum_4(sum, in, at, taps, t, offset);
    if (outlier != NULL) {
      thimble_outlier_outputs(p, outlier, sum, out, step, thimble_min(count, 4));
      continue;
    }
    out[0] = thimble_output(&channel, sum[0] + channel.bias);
    if (count > 1) out[step] = thimble_output(&channel, sum[1] + channel.bias);
    if (count > 2) out[2 * step] = thimble_output(&channel, sum[2] + channel.bias);
    if (count > 3) out[3 * step] = thimble_output(&channel, sum[3] + channel.bias);
  }
}

#endif
