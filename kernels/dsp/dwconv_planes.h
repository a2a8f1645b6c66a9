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

/* Fills `bytes` bytes, a multiple of 16 > 0, with the input's zero point as int16. */
THIMBLE_SHARED void thimble_fill_planes(const thimble_conv* p, int8_t* at, int32_t bytes) {
  const uint32_t zero_points = thimble_halves(p->in_zero_point, p->in_zero_point);
  int8_t* const end = at + bytes;
  do {
    thimble_store_word(at, zero_points);
    thimble_store_word(at + 4, zero_points);
    thimble_store_word(at + 8, zero_points);
    thimble_store_word(at + 12, zero_points);
    at += 16;
  } while (at != end);
}

/* Widens `width` pixels of four channels to their planes, `plane_bytes` apart. */
THIMBLE_INLINE void thimble_widen_4_planes(const int8_t* pixel, int32_t width, int32_t step, int8_t* plane,
                                           int32_t plane_bytes) {
  int8_t* plane2 = plane + 2 * plane_bytes;
  for (; width > 1; width -= 2, pixel += 2 * step, plane += 4, plane2 += 4) {
    const uint32_t first = thimble_load_word(pixel);
    const uint32_t second = thimble_load_word(pixel + step);
    const uint32_t low = thimble_low_halves(first, second); /* channels 0 1 of both */
    const uint32_t high = thimble_high_halves(first, second);
    thimble_store_word(plane, thimble_sxtb16(low));
    thimble_store_word(plane + plane_bytes, thimble_sxtb16_odd(low));
    thimble_store_word(plane2, thimble_sxtb16(high));
    thimble_store_word(plane2 + plane_bytes, thimble_sxtb16_odd(high));
  }
  if (width > 0) {
    int32_t c;
    for (c = 0; c < 4; ++c) thimble_store_half(plane + c * plane_bytes, pixel[c]);
  }
}

/* Widens `width` pixels of `channels` (1 to 4) channels. */
THIMBLE_SHARED void thimble_widen_row(const thimble_conv* p, const int8_t* row, int32_t width, int32_t channels,
                                      int8_t* planes, int32_t plane_bytes) {
  int32_t c, x;
  if (channels == 4) {
    thimble_widen_4_planes(row, width, p->in_ch, planes, plane_bytes);
    return;
  }
  for (c = 0; c < channels; ++c, planes += plane_bytes) {
    for (x = 0; x < width; ++x) thimble_store_half(planes + 2 * x, row[x * p->in_ch + c]);
  }
}

/* The widened taps of the output channels first, first + step, ... of a group. */
THIMBLE_INLINE void thimble_widen_group(const thimble_conv* p, thimble_widen_function* widen, int32_t first,
                                        int32_t step, int32_t channels, uint32_t* words, const thimble_taps* t) {
  const int32_t depth = p->kernel_h * p->kernel_w;
  const int8_t* weights = (const int8_t*)p->weights + first * depth;
  int32_t j;
  for (j = 0; j < channels; ++j, weights += step * depth, words += thimble_tap_words(t)) {
    widen(weights, words, t);
  }
}

/* Four channels, or fewer at the end, as their rows are computed. */
typedef struct {
  const int8_t* rows[THIMBLE_MAX_KERNEL_H]; /* the widened rows under the taps, of the first channel */
  int32_t plane_bytes;                      /* from a channel's row to the next one's */
  const uint32_t* taps;
  int32_t tap_words; /* from a channel's taps to the next one's */
  int32_t channels;
  int32_t first, step; /* output channels: first, first + step, ... */
  uint32_t outliers;   /* a bit for each channel */
  thimble_channel channel[4];
} thimble_group;

/* How the channels of a group are requantized. */
THIMBLE_SHARED void thimble_scale_group(const thimble_conv* p, thimble_group* group) {
  int32_t j;
  group->outliers = 0;
  for (j = 0; j < group->channels; ++j) {
    const int32_t o = group->first + j * group->step;
    group->channel[j] = thimble_channel_of(p, o);
    if (p->outlier_count > 0 && thimble_outlier_of(p, o) != NULL) group->outliers |= 1u << j;
  }
}

/* Computes a row of outputs of a group. */
typedef void thimble_group_row(const thimble_conv* p, const thimble_group* group, const thimble_taps* t, int8_t* out);

/* The output channels m, m + multiplier, ..., one of each input channel. Kernels of all sizes share these loops. */
THIMBLE_SHARED void thimble_dwconv_planes(thimble_group_row* compute_row, thimble_widen_function* widen,
                                          const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                          int32_t first, int32_t end, void* scratch, const thimble_taps* t, int32_t m) {
  const int32_t multiplier = p->out_ch / p->in_ch;
  const int32_t widened_rows = (t->rows - 1) * p->dilation_h + 1;
  const int32_t slot_bytes = 4 * thimble_plane_row(p->in_w, p->pad_left, p->out_w, t);
  uint32_t* const taps = (uint32_t*)scratch;
  thimble_group group;
  int8_t *ring, *ring_end, *at;
  int32_t c, r, ky;
  group.plane_bytes = slot_bytes / 4;
  group.taps = taps;
  group.tap_words = thimble_tap_words(t);
  group.step = multiplier;
  ring = (int8_t*)(taps + 4 * group.tap_words);
  ring_end = ring + widened_rows * slot_bytes;
  thimble_fill_planes(p, ring, widened_rows * slot_bytes);
  for (c = 0; c < p->in_ch; c += 4) {
    int32_t next = first * p->stride_h - p->pad_top; /* the next row to widen */
    group.channels = thimble_min(p->in_ch - c, 4);
    group.first = c * multiplier + m;
    thimble_widen_group(p, widen, group.first, multiplier, group.channels, taps, t);
    thimble_scale_group(p, &group);
    at = ring;
    for (r = first; r < end; ++r) {
      const int32_t bottom = r * p->stride_h - p->pad_top + widened_rows;
      for (; next < bottom; ++next) {
        if (next >= 0 && next < p->in_h) {
          thimble_widen_row(p, thimble_row(in, next) + c, p->in_w, group.channels, at + 2 * p->pad_left,
                            group.plane_bytes);
        } else {
          thimble_fill_planes(p, at, slot_bytes);
        }
        at += slot_bytes;
        if (at == ring_end) at = ring;
      }
      for (ky = 0; ky < t->rows; ++ky) { /* the oldest row is where the next one will go */
        const int8_t* const row = at + ky * p->dilation_h * slot_bytes;
        group.rows[ky] = row < ring_end ? row : row - (ring_end - ring);
      }
      compute_row(p, &group, t, thimble_row(out, r) + group.first);
    }
  }
}

/* Clamps to a range that is not all of int8. */
THIMBLE_INLINE void thimble_clamp_rows(const thimble_conv* p, const thimble_plane* out, int32_t first, int32_t end) {
  int32_t r;
  if (!thimble_is_clamped(p)) return;
  for (r = first; r < end; ++r) thimble_clamp_outputs(p, thimble_row(out, r), p->out_w * p->out_ch);
}

/* A row of a group of a dense square kernel of multiplier 1; `size` and `stride` are constants of the caller. */
THIMBLE_INLINE void thimble_square_row(const thimble_conv* p, const thimble_group* group, const thimble_taps* t,
                                       int8_t* out, int32_t size, int32_t stride) {
  int32_t j, channels;
  for (j = 0; j < group->channels; j += channels) {
    const uint32_t* const taps = group->taps + j * group->tap_words;
    if ((group->outliers >> j & 1) != 0) {
      thimble_any_taps_row(p, group->first + j, group->rows, j * group->plane_bytes, taps, t, out + j, p->out_ch,
                           p->out_w);
      channels = 1;
    } else {
      const int8_t* const* rows = group->rows;
      const int8_t* shifted[7];
      thimble_tap_rows block;
      int32_t y;
      if (j > 0) {
        for (y = 0; y < size; ++y) shifted[y] = rows[y] + j * group->plane_bytes;
        rows = shifted;
      }
      channels = group->outliers == 0 ? group->channels : 1; /* all at once, or one at a time */
      block.taps = taps;
      block.out = out + j;
      block.count = p->out_w;
      block.out_ch = p->out_ch;
      block.plane_bytes = group->plane_bytes;
      block.channels = channels;
      block.channel = &group->channel[j];
      thimble_compute_tap_rows(rows, &block, size, stride);
    }
  }
}

/* Depthwise convolution by a dense square kernel of multiplier 1, given the functions that compute a group's row and
 * widen a channel's taps. */
THIMBLE_INLINE void thimble_dwconv_square(thimble_group_row* compute_row, thimble_widen_function* widen,
                                          const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                          int32_t first, int32_t end, void* scratch) {
  const thimble_taps t = {p->kernel_h, p->kernel_w, 1, p->stride_w};
  thimble_dwconv_planes(compute_row, widen, p, in, out, first, end, scratch, &t, 0);
  thimble_clamp_rows(p, out, first, end);
}

#endif
