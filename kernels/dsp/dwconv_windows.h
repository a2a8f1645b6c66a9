/* dwconv_windows.h: depthwise convolution by 3x3 kernels, four channels at a time, by columns of pairs of rows.
 *
 * Rows are widened two at a time: a word holds a pixel and the one below it, of one channel. Two such words are a
 * column of four rows; three columns are the windows of two output rows (stride 2: of one), and the six words of taps
 * of one output row stay in registers while the columns pass by. Taps (w0 w1 w2 downwards) of the first word and the
 * second: (w0, w1) (w2, 0)    for the upper row of outputs (0, w0) (w1, w2)    for the lower one The next pair of rows
 * takes the place of the older of the two: then the words of a column are the other way round, and so are the taps.
 *
 * in       int8 plane [in_h][in_w][in_ch]; out int8 plane [out_h][out_w][out_ch]
 * weights  int8 "chw": [out_ch][3][3]
 * bias     int32 [out_ch], input zero point folded in
 * Scratch: 4 * thimble_window_bytes for the columns, 4 * (out_w rounded up to a multiple of 3) for sums,
 * 4 * THIMBLE_WINDOW_TAPS words of taps for each of the output rows. The output may lie over the input as in
 * dwconv_planes.h.
 */
#ifndef THIMBLE_DWCONV_WINDOWS_H
#define THIMBLE_DWCONV_WINDOWS_H

#include "dwconv_planes.h"
#include "simd_windows.h"

/* Bytes of the columns of one channel. */
THIMBLE_INLINE int32_t thimble_window_bytes(const thimble_conv* p, int32_t stride) {
  return 8 * ((p->out_w - 1) * stride + 3);
}

/* The taps of one channel for the upper row of outputs and, if there is one, for the lower. */
THIMBLE_INLINE void thimble_widen_window_taps(const int8_t* taps, uint32_t* words, int32_t tap_rows) {
  int32_t x;
  for (x = 0; x < 3; ++x, ++words) {
    const uint32_t top = (uint32_t)taps[x];
    const uint32_t middle = (uint32_t)taps[3 + x];
    const uint32_t bottom = (uint32_t)taps[6 + x];
    words[0] = words[6] = thimble_low_halves(top, middle);
    words[3] = bottom & 0xffffu;
    if (tap_rows == 1) continue;
    words[THIMBLE_WINDOW_TAPS] = words[THIMBLE_WINDOW_TAPS + 6] = top << 16;
    words[THIMBLE_WINDOW_TAPS + 3] = thimble_low_halves(middle, bottom);
  }
}

/* A row of the input, or zero points for those outside: pixels that are `step` bytes apart. */
typedef struct {
  const int8_t* pixels;
  int32_t step;
} thimble_source_row;

THIMBLE_INLINE thimble_source_row thimble_source_of(const thimble_conv* p, const thimble_plane* in, int32_t y,
                                                    int32_t end, int32_t channel, const int8_t* zero_points) {
  thimble_source_row row;
  const int inside = y >= 0 && y < end;
  row.pixels = inside ? thimble_row(in, y) + channel : zero_points;
  row.step = inside ? p->in_ch : 0;
  return row;
}

/* Widens `width` pixels of `channels` (1 to 4) channels of two rows to words 8 bytes apart. */
THIMBLE_SHARED void thimble_widen_rows(thimble_source_row upper, thimble_source_row lower, int32_t width,
                                       int32_t channels, int8_t* words, int32_t column_bytes) {
  int8_t* const end = words + 8 * width;
  if (channels == 4) {
    int8_t* words2 = words + 2 * column_bytes;
    for (; words != end; words += 8, words2 += 8) {
      const uint32_t first = thimble_load_word(upper.pixels);
      const uint32_t second = thimble_load_word(lower.pixels);
      const uint32_t low = thimble_low_halves(first, second); /* channels 0 1 of both */
      const uint32_t high = thimble_high_halves(first, second);
      upper.pixels += upper.step;
      lower.pixels += lower.step;
      thimble_store_word(words, thimble_sxtb16(low));
      thimble_store_word(words + column_bytes, thimble_sxtb16_odd(low));
      thimble_store_word(words2, thimble_sxtb16(high));
      thimble_store_word(words2 + column_bytes, thimble_sxtb16_odd(high));
    }
    return;
  }
  for (; words != end; words += 8, upper.pixels += upper.step, lower.pixels += lower.step) {
    int32_t c;
    for (c = 0; c < channels; ++c) {
      thimble_store_word(words + c * column_bytes, thimble_halves(upper.pixels[c], lower.pixels[c]));
    }
  }
}

/* The outputs of an outlier, channel `o`, once more. */
THIMBLE_SHARED void thimble_outlier_windows(const thimble_conv* p, int32_t o, const uint32_t* taps,
                                            const uint32_t* columns, int8_t* out) {
  const int32_t* const outlier = thimble_outlier_of(p, o);
  int32_t x, i;
  for (x = 0; x < p->out_w; ++x, columns += 2 * p->stride_w) {
    int32_t sum = 0;
    for (i = 0; i < 3; ++i) {
      sum = thimble_smlad(columns[2 * i], taps[i], sum);
      sum = thimble_smlad(columns[2 * i + 1], taps[3 + i], sum);
    }
    thimble_outlier_outputs(p, outlier, &sum, out + x * p->out_ch, p->out_ch, 1);
  }
}

/* Computes output rows [first, end). `stride` is a constant. */
THIMBLE_INLINE void thimble_dwconv_windows(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                           int32_t first, int32_t end, void* scratch, int32_t stride) {
  const int32_t tap_rows = stride == 1 ? 2 : 1; /* rows of outputs of a column */
  const int32_t column_bytes = thimble_window_bytes(p, stride);
  const int32_t sums = (p->out_w + 2) / 3 * 3;
  const int32_t width = thimble_min(p->in_w, column_bytes / 8 - p->pad_left);
  const int32_t bottom = thimble_min((end - 1) * stride - p->pad_top + 3, p->in_h);
  const uint32_t zero_points = thimble_four_bytes(p->in_zero_point);
  int8_t* const columns = (int8_t*)scratch;
  uint32_t* const taps = (uint32_t*)scratch + column_bytes + sums;
  thimble_group group;
  int32_t c;
  group.step = 1;
  thimble_fill_planes(p, columns, 4 * column_bytes);
  for (c = 0; c < p->in_ch; c += 4) {
    int32_t y = first * stride - p->pad_top; /* the next row to widen */
    int32_t slot = 0;                        /* the bytes of a column where it goes */
    int32_t r, i, j;
    group.first = c;
    group.channels = thimble_min(p->in_ch - c, 4);
    thimble_scale_group(p, &group);
    for (j = 0; j < group.channels; ++j) {
      thimble_widen_window_taps((const int8_t*)p->weights + 9 * (c + j), taps + j * tap_rows * THIMBLE_WINDOW_TAPS,
                                tap_rows);
    }
    for (r = first - tap_rows; r < end; r += tap_rows, y += 2, slot ^= 4) {
      const thimble_source_row upper = thimble_source_of(p, in, y, bottom, c, (const int8_t*)&zero_points);
      const thimble_source_row lower = thimble_source_of(p, in, y + 1, bottom, c, (const int8_t*)&zero_points);
      thimble_widen_rows(upper, lower, width, group.channels, columns + 8 * p->pad_left + slot, column_bytes);
      for (i = 0; r >= first && i < tap_rows && r + i < end; ++i) {
        thimble_window_row row;
        row.taps = taps + i * THIMBLE_WINDOW_TAPS + (slot == 0 ? 3 : 0);
        row.columns = (const uint32_t*)(const void*)columns;
        row.sums = (int32_t*)scratch + column_bytes;
        row.channel = group.channel;
        row.column_bytes = column_bytes;
        row.last_sum = row.sums + sums - 1;
        row.out = thimble_row(out, r + i) + c;
        row.out_ch = p->out_ch;
        row.count = p->out_w;
        row.channels = group.channels;
        thimble_compute_window_row(&row, stride, tap_rows);
        for (j = 0; j < group.channels; ++j) {
          if ((group.outliers >> j & 1) == 0) continue;
          thimble_outlier_windows(p, c + j, row.taps + j * tap_rows * THIMBLE_WINDOW_TAPS,
                                  row.columns + j * column_bytes / 4, row.out + j);
        }
      }
    }
  }
  thimble_clamp_rows(p, out, first, end);
}

#endif
