/* dwconv_planes.h: depthwise convolution, four channels at a time, by widened planes.
 *
 * NHWC keeps a channel's neighbours apart, SMLAD wants them together: so the rows under the kernel are widened to
 * int16, one plane a channel, borders included, in a ring of as many rows as the kernel reaches over. The taps are in
 * dwconv_taps.h.
 *
 * in       int8 plane [in_h][in_w][in_ch]; out int8 plane [out_h][out_w][out_ch]
 * weights  int8 "chw": [out_ch][kernel_h][kernel_w]
 * bias     int32 [out_ch], input zero point folded in
 * Scratch, by rows of `row` = thimble_plane_row bytes, widened_rows of them: 4 * widened_rows * row, and 4 *
 * thimble_tap_words words. The output may lie over the input, from the same byte on, where there are as many channels
 * and no output row reaches the input rows that are still to be widened (target/depthwise_choice.h).
 */
#ifndef THIMBLE_DWCONV_PLANES_H
#define THIMBLE_DWCONV_PLANES_H

#include "../generic/conv_rows.h"
#include "../generic/dwconv_rows.h"
#include "dwconv_taps.h"
#include "simd_depthwise.h"

/* Bytes of one row of one channel: room for the windows of whole blocks of four outputs. */
THIMBLE_INLINE int32_t thimble_plane_row(int32_t pixels, int32_t before, int32_t outputs, const thimble_taps* t) {
  const int32_t reach = (((outputs + 3) & ~3) - 1) * t->stride + (t->columns | 1) + 1;
  const int32_t filled = before + pixels;
  return 2 * (((reach > filled ? reach : filled) + 1) & ~1);
}

/* Fills `bytes` bytes, a multiple of 4, with the input's zero point as int16. */
THIMBLE_INLINE void thimble_fill_planes(const thimble_conv* p, int8_t* at, int32_t bytes) {
  int8_t* const end = at + bytes;
  for (; at != end; at += 4) thimble_store_word(at, thimble_halves(p->in_zero_point, p->in_zero_point));
}

/* Widens `width` pixels of four channels to their planes, `plane_bytes` apart. */
THIMBLE_INLINE void thimble_widen_4_planes(const int8_t* pixel, int32_t width, int32_t step, int8_t* plane,
                                           int32_t plane_bytes) {
  int8_t* plane2 = plane + 2 * plane_bytes;
  for (; width > 1; width -= 2, pixel += 2 * step, plane += 4, plane2 += 4) {
    const uint32_t first = thimble_load_word(pixel);
    const uint32_t second = thimble_load_word(pixel + step);
    const uint32_t first_even = thimble_sxtb16(first);
    const uint32_t first_odd = thimble_sxtb16_odd(first);
    const uint32_t second_even = thimble_sxtb16(second);
    const uint32_t second_odd = thimble_sxtb16_odd(second);
    thimble_store_word(plane, thimble_low_halves(first_even, second_even));
    thimble_store_word(plane + plane_bytes, thimble_low_halves(first_odd, second_odd));
    thimble_store_word(plane2, thimble_high_halves(first_even, second_even));
    thimble_store_word(plane2 + plane_bytes, thimble_high_halves(first_odd, second_odd));
  }
  if (width > 0) {
    int32_t c;
    for (c = 0; c < 4; ++c) thimble_store_half(plane + c * plane_bytes, pixel[c]);
  }
}

/* Widens `width` pixels of `channels` (1 to 4) channels; `row` is NULL outside the image. */
THIMBLE_SHARED void thimble_widen_row(const thimble_conv* p, const int8_t* row, int32_t width, int32_t channels,
                                      int8_t* planes, int32_t plane_bytes) {
  int32_t c, x;
  if (row != NULL && channels == 4) {
    thimble_widen_4_planes(row, width, p->in_ch, planes, plane_bytes);
    return;
  }
  for (c = 0; c < channels; ++c, planes += plane_bytes) {
    for (x = 0; x < width; ++x) {
      thimble_store_half(planes + 2 * x, row != NULL ? row[x * p->in_ch + c] : p->in_zero_point);
    }
  }
}

/* The widened taps of the output channels first, first + step, ... of a group. */
THIMBLE_INLINE void thimble_widen_group(const thimble_conv* p, int32_t first, int32_t step, int32_t channels,
                                        uint32_t* words, const thimble_taps* t) {
  const int32_t depth = p->kernel_h * p->kernel_w;
  const int8_t* weights = (const int8_t*)p->weights + first * depth;
  int32_t j;
  for (j = 0; j < channels; ++j, weights += step * depth, words += thimble_tap_words(t)) {
    thimble_widen_taps(weights, words, t);
  }
}

/* The kernels of one size and stride: t->columns is 3, 5 or 7, as are the rows, and the stride 1 or 2. */
#define THIMBLE_UNROLLED 1
/* Kernels of any shape. */
#define THIMBLE_ANY_SHAPE 0

/* The output channels m, m + multiplier, ..., one of each input channel. `t`, `multiplier`, `m` and `unrolled` are
 * constants of the caller where it is made for one size. */
THIMBLE_INLINE void thimble_dwconv_planes(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                          int32_t first, int32_t end, void* scratch, const thimble_taps* t,
                                          int32_t row_dilation, int32_t stride_h, int32_t multiplier, int32_t m,
                                          int unrolled) {
  const int32_t widened_rows = (t->rows - 1) * row_dilation + 1;
  const int32_t plane_bytes = thimble_plane_row(p->in_w, p->pad_left, p->out_w, t);
  const int32_t tap_words = thimble_tap_words(t);
  uint32_t* const taps = (uint32_t*)scratch;
  int8_t* const ring = (int8_t*)(taps + 4 * tap_words);
  int8_t* const ring_end = ring + 4 * widened_rows * plane_bytes;
  const int8_t* rows[THIMBLE_MAX_KERNEL_H];
  thimble_channel channel[4];
  int8_t* at;
  int32_t c, j, r, ky;
  thimble_fill_planes(p, ring, 4 * widened_rows * plane_bytes);
  for (c = 0; c < p->in_ch; c += 4) {
    const int32_t channels = thimble_min(p->in_ch - c, 4);
    const int32_t o = c * multiplier + m;
    int32_t next = first * stride_h - p->pad_top; /* the next row to widen */
    thimble_widen_group(p, o, multiplier, channels, taps, t);
    for (j = 0; unrolled && j < channels; ++j) channel[j] = thimble_channel_of(p, o + j);
    at = ring;
    for (r = first; r < end; ++r) {
      const int32_t bottom = r * stride_h - p->pad_top + widened_rows;
      int8_t* const to = thimble_row(out, r) + o;
      for (; next < bottom; ++next) {
        const int8_t* const from = next >= 0 && next < p->in_h ? thimble_row(in, next) + c : NULL;
        thimble_widen_row(p, from, p->in_w, channels, at + 2 * p->pad_left, plane_bytes);
        at += 4 * plane_bytes;
        if (at == ring_end) at = ring;
      }
      for (ky = 0; ky < t->rows; ++ky) { /* the oldest row is where the next one will go */
        const int8_t* const row = at + ky * row_dilation * 4 * plane_bytes;
        rows[ky] = row < ring_end ? row : row - (ring_end - ring);
      }
      for (j = 0; j < channels; ++j) {
        if (unrolled) {
          thimble_taps_row(rows, j * plane_bytes, taps + j * tap_words, &channel[j], to + j, p->out_ch, p->out_w,
                           t->rows, t->stride);
        } else {
          thimble_any_taps_row(p, o + j * multiplier, rows, j * plane_bytes, taps + j * tap_words, t,
                               to + j * multiplier, p->out_ch, p->out_w);
        }
      }
    }
  }
}

/* Clamps to a range that is not all of int8. */
THIMBLE_INLINE void thimble_clamp_rows(const thimble_conv* p, const thimble_plane* out, int32_t first, int32_t end) {
  int32_t r;
  if (!thimble_is_clamped(p)) return;
  for (r = first; r < end; ++r) thimble_clamp_outputs(p, thimble_row(out, r), p->out_w * p->out_ch);
}

/* A dense square kernel of multiplier 1 with the inner loop of simd_depthwise.h; `size` and `stride` are constants of
 * the caller. Needs the ranges of outputs.h: no outliers. */
THIMBLE_INLINE void thimble_dwconv_square(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                          int32_t first, int32_t end, void* scratch, int32_t size, int32_t stride) {
  const thimble_taps t = {size, size, 1, stride};
  thimble_dwconv_planes(p, in, out, first, end, scratch, &t, 1, stride, 1, 0, THIMBLE_UNROLLED);
  thimble_clamp_rows(p, out, first, end);
}

#endif
