/* dwconv_planes.h: depthwise convolution of multiplier 1, four channels at a time, by widened planes.
 *
 * NHWC keeps a channel's neighbours apart, SMLAD wants them together: so the rows under the kernel are widened to
 * int16, one plane a channel, borders included, in a ring of kernel_size rows. A row's taps (w0 w1 w2) become the words
 *     even  (w0, w1) (w2, 0)    for outputs whose window starts at a word
 *     odd   (0, w0) (w1, w2)    for those that start in the middle of one (stride 1 only)
 * times 2, which saves the doubling of the accumulators that outputs.h wants.
 *
 * in       int8 plane [in_h][in_w][channels]; out int8 plane [out_h][out_w][channels]
 * weights  int8 "chw": [channels][size][size]
 * bias     int32 [channels], input zero point folded in
 * Needs multiplier 1, dilation 1, a square kernel of odd size, stride 1 or 2 in both directions, the ranges of
 * outputs.h. Scratch, by rows of `row` = thimble_plane_row bytes: 4 * size * row + 4 * thimble_tap_words * 4.
 * The inner loop is thimble_taps_row of simd_depthwise.h.
 */
#ifndef THIMBLE_DWCONV_PLANES_H
#define THIMBLE_DWCONV_PLANES_H

#include "../generic/dwconv_rows.h"
#include "outputs.h"
#include "simd_depthwise.h"

#define THIMBLE_MAX_PLANE_SIZE 7

/* Bytes of one row of one channel: room for the windows of whole blocks of four outputs. */
THIMBLE_INLINE int32_t thimble_plane_row(const thimble_conv* p, int32_t size, int32_t stride) {
  const int32_t reach = (((p->out_w + 3) & ~3) - 1) * stride + size + 1;
  const int32_t filled = p->pad_left + p->in_w;
  return 2 * (((reach > filled ? reach : filled) + 1) & ~1);
}

/* Words of one channel's taps. */
THIMBLE_INLINE int32_t thimble_tap_words(int32_t size, int32_t stride) {
  return size * ((size + 1) / 2) * (stride == 1 ? 2 : 1);
}

/* Twice the taps of one channel as words: even, and at stride 1 each followed by the odd one. */
THIMBLE_INLINE void thimble_widen_taps(const int8_t* taps, uint32_t* words, int32_t size, int32_t stride) {
  int32_t ky, kx;
  for (ky = 0; ky < size; ++ky, taps += size) {
    uint32_t before = 0;
    for (kx = 0; kx < size; kx += 2) {
      const uint32_t first = (uint32_t)(2 * taps[kx]);
      const uint32_t second = kx + 1 < size ? (uint32_t)(2 * taps[kx + 1]) : 0;
      *words++ = thimble_low_halves(first, second);
      if (stride == 1) *words++ = thimble_low_halves(before, first);
      before = second;
    }
  }
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

/* Widens a row of `channels` (1 to 4) channels; `row` is NULL outside the image. */
THIMBLE_SHARED void thimble_widen_row(const thimble_conv* p, const int8_t* row, int32_t channels, int8_t* planes,
                                      int32_t plane_bytes) {
  int32_t c, x;
  planes += 2 * p->pad_left;
  if (row != NULL && channels == 4) {
    thimble_widen_4_planes(row, p->in_w, p->in_ch, planes, plane_bytes);
    return;
  }
  for (c = 0; c < channels; ++c, planes += plane_bytes) {
    for (x = 0; x < p->in_w; ++x) {
      thimble_store_half(planes + 2 * x, row != NULL ? row[x * p->in_ch + c] : p->in_zero_point);
    }
  }
}

/* The channels of one group: its taps and scales. */
THIMBLE_INLINE void thimble_load_group(const thimble_conv* p, int32_t first, int32_t channels, thimble_channel* channel,
                                       uint32_t* taps, int32_t size, int32_t stride) {
  const int8_t* weights = (const int8_t*)p->weights + first * size * size;
  int32_t j;
  for (j = 0; j < channels; ++j, weights += size * size, taps += thimble_tap_words(size, stride)) {
    channel[j] = thimble_channel_of(p, first + j);
    thimble_widen_taps(weights, taps, size, stride);
  }
}

/* `size` and `stride` are constants of the caller. */
THIMBLE_INLINE void thimble_dwconv_planes(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                          int32_t first, int32_t end, void* scratch, int32_t size, int32_t stride) {
  const int32_t plane_bytes = thimble_plane_row(p, size, stride);
  const int32_t tap_words = thimble_tap_words(size, stride);
  uint32_t* const taps = (uint32_t*)scratch;
  int8_t* const ring = (int8_t*)(taps + 4 * tap_words);
  int8_t* const ring_end = ring + 4 * size * plane_bytes;
  const int8_t* rows[THIMBLE_MAX_PLANE_SIZE];
  thimble_channel channel[4];
  int8_t* at;
  int32_t c, j, r, ky;
  for (at = ring; at != ring_end; at += 4) {
    thimble_store_word(at, thimble_halves(p->in_zero_point, p->in_zero_point));
  }
  for (c = 0; c < p->in_ch; c += 4) {
    const int32_t channels = thimble_min(p->in_ch - c, 4);
    int32_t next = first * stride - p->pad_top; /* the next row to widen */
    thimble_load_group(p, c, channels, channel, taps, size, stride);
    at = ring;
    for (r = first; r < end; ++r) {
      const int32_t bottom = r * stride - p->pad_top + size;
      int8_t* const to = thimble_row(out, r) + c;
      for (; next < bottom; ++next) {
        thimble_widen_row(p, next >= 0 && next < p->in_h ? thimble_row(in, next) + c : NULL, channels, at, plane_bytes);
        at += 4 * plane_bytes;
        if (at == ring_end) at = ring;
      }
      for (ky = 0; ky < size; ++ky) { /* the oldest row is where the next one will go */
        rows[ky] = at;
        at += 4 * plane_bytes;
        if (at == ring_end) at = ring;
      }
      for (j = 0; j < channels; ++j) {
        thimble_taps_row(rows, j * plane_bytes, taps + j * tap_words, &channel[j], to + j, p->out_ch, p->out_w, size,
                         stride);
      }
    }
  }
  if (thimble_is_clamped(p)) {
    for (r = first; r < end; ++r) thimble_clamp_outputs(p, thimble_row(out, r), p->out_w * p->out_ch);
  }
}

#endif
