/* s8_dwconv_3x3s1_tall_dsp: depthwise convolution 3x3 of stride 1, any padding, for images much higher than wide, as
 * spectrograms are.
 *
 * The inner loop pays for each row that it begins, so this computes columns: those of four channels are widened to
 * planes, all of them, and rows of the transposed image are columns of this one. Operands as in dwconv_planes.h.
 * Scratch, by columns of `column` = thimble_plane_row bytes of the transposed image: 4 * (out_w + 2) * column, and 4 *
 * thimble_tap_words words. The output may lie over the input, from the same byte on.
 */
#ifndef THIMBLE_S8_DWCONV_3X3S1_TALL_DSP_H
#define THIMBLE_S8_DWCONV_3X3S1_TALL_DSP_H

#include "dwconv_planes.h"

THIMBLE_SHARED void thimble_row_3x3s1(const thimble_conv* p, const thimble_group* group, const thimble_taps* t,
                                      int8_t* out) {
  thimble_square_row(p, group, t, out, 3, 1);
}

/* Taps of a channel, transposed, as words. */
THIMBLE_SHARED void thimble_widen_3x3s1_tall(const int8_t* taps, uint32_t* words, const thimble_taps* t) {
  int8_t transposed[9];
  int32_t i;
  for (i = 0; i < 9; ++i) transposed[i] = taps[i % 3 * 3 + i / 3];
  thimble_widen_square(transposed, words, 3, 1);
  (void)t;
}

/* Widens rows [y, bottom) of a column of four channels, or fewer, to planes. */
THIMBLE_SHARED void thimble_widen_column(const thimble_plane* in, int32_t at, int32_t y, int32_t bottom,
                                         int32_t channels, int8_t* planes, int32_t plane_bytes) {
  int32_t rows, i, c;
  for (; y < bottom; y += rows, planes += 2 * rows) {
    const int8_t* const pixel = thimble_row(in, y) + at;
    rows = thimble_min(bottom - y, thimble_rows_to_wrap(in, y));
    if (channels == 4) {
      thimble_widen_4_planes(pixel, rows, in->row_bytes, planes, plane_bytes);
      continue;
    }
    for (i = 0; i < rows; ++i) {
      for (c = 0; c < channels; ++c) thimble_store_half(planes + c * plane_bytes + 2 * i, pixel[i * in->row_bytes + c]);
    }
  }
}

/* Output rows [first, end), which follow each other from `out` on. */
THIMBLE_SHARED void thimble_dwconv_tall(const thimble_conv* p, const thimble_plane* in, int8_t* out, int32_t out_step,
                                        int32_t first, int32_t end, void* scratch) {
  const thimble_taps t = {3, 3, 1, 1};
  const int32_t top = first - p->pad_top;
  const int32_t y = top > 0 ? top : 0;
  const int32_t bottom = thimble_min(end - p->pad_top + 2, p->in_h);
  const int32_t columns = p->out_w + 2;
  thimble_conv transposed = *p; /* as far as a group's row needs it */
  thimble_group group;
  int8_t* planes;
  int32_t c, x, k;
  transposed.out_w = end - first;
  transposed.out_ch = out_step;
  group.plane_bytes = thimble_plane_row(p->in_h, p->pad_top, p->out_h, &t);
  group.taps = (uint32_t*)scratch;
  group.tap_words = thimble_tap_words(&t);
  group.step = 1;
  planes = (int8_t*)((uint32_t*)scratch + 4 * group.tap_words);
  thimble_fill_planes(p, planes, 4 * columns * group.plane_bytes);
  for (c = 0; c < p->in_ch; c += 4) {
    group.first = c;
    group.channels = thimble_min(p->in_ch - c, 4);
    thimble_widen_group(p, thimble_widen_3x3s1_tall, c, 1, group.channels, (uint32_t*)scratch, &t);
    thimble_scale_group(p, &group);
    for (x = p->pad_left; x < thimble_min(columns, p->pad_left + p->in_w); ++x) {
      thimble_widen_column(in, (x - p->pad_left) * p->in_ch + c, y, bottom, group.channels,
                           planes + 4 * x * group.plane_bytes + 2 * (y - top), group.plane_bytes);
    }
    for (x = 0; x < p->out_w; ++x) {
      for (k = 0; k < 3; ++k) group.rows[k] = planes + 4 * (x + k) * group.plane_bytes;
      thimble_row_3x3s1(&transposed, &group, &t, out + x * p->out_ch + c);
    }
  }
}

THIMBLE_SHARED void s8_dwconv_3x3s1_tall_dsp(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                             int32_t first, int32_t end, void* scratch) {
  int32_t r, next;
  for (r = first; r < end; r = next) {
    next = r + thimble_min(end - r, thimble_rows_to_wrap(out, r));
    thimble_dwconv_tall(p, in, thimble_row(out, r), out->row_bytes, r, next, scratch);
  }
  thimble_clamp_rows(p, out, first, end);
}

#endif
