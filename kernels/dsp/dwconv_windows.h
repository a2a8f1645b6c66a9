/* dwconv_windows.h: depthwise convolution by 3x3 kernels, four channels at a time, by columns of pairs of rows.
 *
 * Rows are widened two at a time: a word holds a pixel and the one below it, of one channel. Two such words are a
 * column of four rows; three columns are the windows of two output rows (stride 2: of one), and the six words of taps
 * of one output row stay in registers while the columns pass by. Taps (w0 w1 w2 downwards) of the first word and the
 * second:
 *     (w0, w1) (w2, 0)    for the upper row of outputs
 *     (0, w0) (w1, w2)    for the lower one
 * The next pair of rows takes the place of the older of the two: then the words of a column are the other way round,
 * and so are the taps.
 *
 * in       int8 plane [in_h][in_w][in_ch]; out int8 plane [out_h][out_w][out_ch]
 * weights  int8 "chw": [out_ch][3][3]
 * bias     int32 [out_ch], input zero point folded in
 * Scratch: thimble_window_columns columns of four channels, 4 * THIMBLE_WINDOW_TAPS words of taps for each of the
 * output rows of a column, and as many words as there are sums in a row, rounded up to a multiple of 3; stride 2: at
 * least 4. The output may lie over the input as in dwconv_planes.h.
 */
#ifndef THIMBLE_DWCONV_WINDOWS_H
#define THIMBLE_DWCONV_WINDOWS_H

#include "dwconv_planes.h"
#include "simd_windows.h"

/* Columns that a row of outputs reads. */
THIMBLE_INLINE int32_t thimble_window_columns(const thimble_conv* p, int32_t stride) {
  return (p->out_w - 1) * stride + 3;
}

/* The taps of one channel for the upper row of outputs and, if it is computed, for the lower. */
THIMBLE_INLINE void thimble_widen_window_taps(const int8_t* taps, uint32_t* words, int lower) {
  int32_t x;
  for (x = 0; x < 3; ++x, ++words) {
    const uint32_t top = (uint32_t)taps[x];
    const uint32_t middle = (uint32_t)taps[3 + x];
    const uint32_t bottom = (uint32_t)taps[6 + x];
    words[0] = words[6] = thimble_low_halves(top, middle);
    words[3] = bottom & 0xffffu;
    if (!lower) continue;
    words[THIMBLE_WINDOW_TAPS] = words[THIMBLE_WINDOW_TAPS + 6] = top << 16;
    words[THIMBLE_WINDOW_TAPS + 3] = thimble_low_halves(middle, bottom);
  }
}

/* A row of the input, or zero points for those outside: pixels that are `step` bytes apart. */
typedef struct {
  const int8_t* pixels;
  int32_t step;
} thimble_source_row;

/* Rows of the input from y on, one after another. */
typedef struct {
  const thimble_plane* in;
  const int8_t* zero_points; /* of four channels */
  int32_t y, end;            /* rows from `end` on are outside too */
} thimble_source;

THIMBLE_INLINE thimble_source_row thimble_take_row(const thimble_conv* p, thimble_source* source, int32_t channel) {
  thimble_source_row row;
  const int inside = source->y >= 0 && source->y < source->end;
  row.pixels = inside ? thimble_row(source->in, source->y) + channel : source->zero_points;
  row.step = inside ? p->in_ch : 0;
  ++source->y;
  return row;
}

/* Widens `width` pixels of `channels` (1 to 4) channels of the next two rows to words of columns, and `again` bytes
 * further. `twice`, a constant, is 0 if `again` is. */
THIMBLE_INLINE void thimble_widen_rows(const thimble_conv* p, thimble_source* source, int32_t channel, int32_t channels,
                                       int32_t width, int8_t* words, int32_t again, int twice) {
  thimble_source_row upper = thimble_take_row(p, source, channel);
  thimble_source_row lower = thimble_take_row(p, source, channel);
  int8_t* const end = words + 4 * THIMBLE_WINDOW_COLUMN * width;
  if (channels == 4) {
    int8_t* words2 = words + again;
    for (; words != end; words += 4 * THIMBLE_WINDOW_COLUMN, words2 += 4 * THIMBLE_WINDOW_COLUMN) {
      const uint32_t first = thimble_load_word(upper.pixels);
      const uint32_t second = thimble_load_word(lower.pixels);
      const uint32_t low = thimble_low_halves(first, second); /* channels 0 1 of both */
      const uint32_t high = thimble_high_halves(first, second);
      const uint32_t word0 = thimble_sxtb16(low);
      const uint32_t word1 = thimble_sxtb16_odd(low);
      const uint32_t word2 = thimble_sxtb16(high);
      const uint32_t word3 = thimble_sxtb16_odd(high);
      upper.pixels += upper.step;
      lower.pixels += lower.step;
      thimble_store_word(words, word0);
      thimble_store_word(words + 8, word1);
      thimble_store_word(words + 16, word2);
      thimble_store_word(words + 24, word3);
      if (!twice) continue;
      thimble_store_word(words2, word0);
      thimble_store_word(words2 + 8, word1);
      thimble_store_word(words2 + 16, word2);
      thimble_store_word(words2 + 24, word3);
    }
    return;
  }
  for (; words != end; words += 4 * THIMBLE_WINDOW_COLUMN, upper.pixels += upper.step, lower.pixels += lower.step) {
    int32_t c;
    for (c = 0; c < channels; ++c) {
      const uint32_t word = thimble_halves(upper.pixels[c], lower.pixels[c]);
      thimble_store_word(words + 8 * c, word);
      if (twice) thimble_store_word(words + 8 * c + again, word);
    }
  }
}

/* The outputs of an outlier, channel `o`, once more: one row. */
THIMBLE_SHARED void thimble_outlier_windows(const thimble_conv* p, int32_t o, const uint32_t* taps,
                                            const uint32_t* columns, int8_t* out) {
  const int32_t* const outlier = thimble_outlier_of(p, o);
  int32_t x, i;
  for (x = 0; x < p->out_w; ++x, columns += p->stride_w * THIMBLE_WINDOW_COLUMN) {
    int32_t sum = 0;
    for (i = 0; i < 3; ++i) {
      sum = thimble_smlad(columns[i * THIMBLE_WINDOW_COLUMN], taps[i], sum);
      sum = thimble_smlad(columns[i * THIMBLE_WINDOW_COLUMN + 1], taps[3 + i], sum);
    }
    thimble_outlier_outputs(p, outlier, &sum, out + x * p->out_ch, p->out_ch, 1);
  }
}

/* A call of a kernel: what is done for each four channels, or fewer at the end. */
typedef struct {
  int8_t* columns;
  uint32_t* taps;
  int32_t width;     /* pixels of a row that are read */
  int32_t pitch;     /* columns from a row of outputs to the next one that is computed with it */
  int32_t row_bytes; /* from such a row to the next in the output */
  thimble_group group;
  thimble_window_rows rows;
} thimble_windows;

THIMBLE_SHARED void thimble_window_rows_s1(const thimble_window_rows* rows) { thimble_compute_window_rows(rows, 1, 2); }
THIMBLE_SHARED void thimble_window_rows_s2(const thimble_window_rows* rows) { thimble_compute_window_rows(rows, 2, 1); }

/* How many rows of outputs are computed at a time. */
THIMBLE_INLINE void thimble_set_window_rows(thimble_windows* w, int32_t rows, int32_t stride) {
  const int32_t sums = (rows - 1) * (w->pitch / stride) + w->rows.count;
  w->rows.rows = rows;
  w->rows.last_sum = w->rows.sums + (sums + 2) / 3 * 3 - 1;
}

/* Outliers of the rows just computed. */
THIMBLE_SHARED void thimble_outlier_rows(const thimble_conv* p, const thimble_windows* w, int32_t tap_words) {
  int32_t i, j;
  for (j = 0; j < w->group.channels; ++j) {
    if ((w->group.outliers >> j & 1) == 0) continue;
    for (i = 0; i < w->rows.rows; ++i) {
      thimble_outlier_windows(p, w->group.first + j, w->rows.taps + j * tap_words,
                              w->rows.columns + i * w->pitch * THIMBLE_WINDOW_COLUMN + 2 * j,
                              w->rows.out + i * w->row_bytes + j);
    }
  }
}

/* Computes rows of outputs, of which `out` is the first. */
THIMBLE_INLINE void thimble_window_outputs(const thimble_conv* p, thimble_windows* w, const uint32_t* taps, int8_t* out,
                                           int32_t stride) {
  w->rows.taps = taps;
  w->rows.out = out + w->group.first;
  if (stride == 1) {
    thimble_window_rows_s1(&w->rows);
  } else {
    thimble_window_rows_s2(&w->rows);
  }
  if (w->group.outliers != 0) thimble_outlier_rows(p, w, (stride == 1 ? 2 : 1) * THIMBLE_WINDOW_TAPS);
}

/* A call for rows of which `pitch` columns are in the scratch, `columns` in all. */
THIMBLE_INLINE void thimble_begin_windows(thimble_windows* w, const thimble_conv* p, const thimble_plane* out,
                                          void* scratch, int32_t columns, int32_t pitch, int32_t stride) {
  const int32_t tap_rows = stride == 1 ? 2 : 1; /* rows of outputs of a column */
  const int32_t fours = p->out_w & ~3;
  w->columns = (int8_t*)scratch;
  w->taps = (uint32_t*)scratch + columns * THIMBLE_WINDOW_COLUMN;
  w->width = thimble_min(p->in_w, thimble_window_columns(p, stride) - p->pad_left);
  w->pitch = pitch;
  w->row_bytes = tap_rows * out->row_bytes;
  w->group.step = 1;
  w->rows.columns = (const uint32_t*)scratch;
  w->rows.sums = (int32_t*)(w->taps + 4 * tap_rows * THIMBLE_WINDOW_TAPS);
  w->rows.channel = w->group.channel;
  w->rows.out_ch = p->out_ch;
  w->rows.count = p->out_w;
  w->rows.to_sums = 4 * (pitch / stride - fours);
  w->rows.to_out = w->row_bytes - fours * p->out_ch;
  thimble_fill_planes(p, w->columns, 4 * THIMBLE_WINDOW_COLUMN * columns);
}

/* The input rows of output rows [first, end). */
THIMBLE_INLINE void thimble_begin_source(thimble_source* source, const thimble_conv* p, const thimble_plane* in,
                                         int32_t first, int32_t end, int32_t stride, const uint32_t* zero_points) {
  source->in = in;
  source->y = first * stride - p->pad_top;
  source->end = thimble_min((end - 1) * stride - p->pad_top + 3, p->in_h);
  source->zero_points = (const int8_t*)zero_points;
}

/* Taps and scales of the channels from c on; `lower`: stride 1, and some column has a second row of outputs. */
THIMBLE_INLINE void thimble_begin_channels(thimble_windows* w, const thimble_conv* p, int32_t c, int32_t stride,
                                           int lower) {
  const int32_t tap_rows = stride == 1 ? 2 : 1;
  int32_t j;
  w->group.first = c;
  w->group.channels = w->rows.channels = thimble_min(p->in_ch - c, 4);
  thimble_scale_group(p, &w->group);
  for (j = 0; j < w->group.channels; ++j) {
    thimble_widen_window_taps((const int8_t*)p->weights + 9 * (c + j), w->taps + j * tap_rows * THIMBLE_WINDOW_TAPS,
                              lower);
  }
}

/* Computes output rows [first, end), one or two at a time. `stride` is a constant. */
THIMBLE_INLINE void thimble_dwconv_windows(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                           int32_t first, int32_t end, void* scratch, int32_t stride) {
  const int32_t tap_rows = stride == 1 ? 2 : 1;
  const int32_t columns = thimble_window_columns(p, stride);
  const uint32_t zero_points = thimble_four_bytes(p->in_zero_point);
  thimble_windows w;
  thimble_source all;
  int32_t c;
  thimble_begin_windows(&w, p, out, scratch, columns, columns, stride);
  thimble_begin_source(&all, p, in, first, end, stride, &zero_points);
  thimble_set_window_rows(&w, 1, stride);
  for (c = 0; c < p->in_ch; c += 4) {
    thimble_source source = all;
    int8_t* const words = w.columns + 4 * THIMBLE_WINDOW_COLUMN * p->pad_left;
    int32_t slot = 0; /* the bytes of a column where the next rows go */
    int32_t r, i;
    thimble_begin_channels(&w, p, c, stride, stride == 1 && end - first > 1);
    for (r = first - tap_rows; r < end; r += tap_rows, slot ^= 4) {
      thimble_widen_rows(p, &source, c, w.group.channels, w.width, words + slot, 0, 0);
      for (i = 0; r >= first && i < tap_rows && r + i < end; ++i) {
        thimble_window_outputs(p, &w, w.taps + i * THIMBLE_WINDOW_TAPS + (slot == 0 ? 3 : 0), thimble_row(out, r + i),
                               stride);
      }
    }
  }
  thimble_clamp_rows(p, out, first, end);
}

#endif
