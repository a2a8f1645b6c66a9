/* s8_dwconv_any_dsp: depthwise convolution of any kernel, stride, dilation, padding and channel multiplier.
 *
 * Operands and scratch as in dwconv_planes.h, whose loops it runs once for each of `multiplier` outputs of a channel.
 * A kernel of one column over an image of one column, as audio models have, is the same as one of one row over the
 * transposed image: then outputs are computed four rows at a time rather than one. Outliers are allowed.
 * The inner loop is thimble_sum_4: about 12 instructions for 8 MACs, zeros between dilated columns included.
 */
#ifndef THIMBLE_S8_DWCONV_ANY_DSP_H
#define THIMBLE_S8_DWCONV_ANY_DSP_H

#include "dwconv_planes.h"

/* Output rows [first, end), `out` pointing to the first, of an image of one column. */
THIMBLE_SHARED void thimble_dwconv_column(const thimble_conv* p, const thimble_plane* in, int8_t* out, int32_t out_step,
                                          int32_t first, int32_t end, void* scratch, const thimble_taps* t,
                                          int32_t multiplier, int32_t m) {
  const int32_t plane_bytes = thimble_plane_row(p->in_h, p->pad_top, p->out_h, t);
  const int32_t tap_words = thimble_tap_words(t);
  uint32_t* const taps = (uint32_t*)scratch;
  int8_t* const planes = (int8_t*)(taps + 4 * tap_words);
  const int32_t top = first * t->stride - p->pad_top;
  const int32_t bottom = thimble_min((end - 1) * t->stride - p->pad_top + t->columns, p->in_h);
  int32_t c, j, y;
  thimble_fill_planes(p, planes, 4 * plane_bytes);
  for (c = 0; c < p->in_ch; c += 4) {
    const int32_t channels = thimble_min(p->in_ch - c, 4);
    const int32_t o = c * multiplier + m;
    thimble_widen_group(p, thimble_widen_any, o, multiplier, channels, taps, t);
    for (y = top > 0 ? top : 0; y < bottom; ++y) {
      const int8_t* const pixel = thimble_row(in, y) + c;
      for (j = 0; j < channels; ++j) thimble_store_half(planes + j * plane_bytes + 2 * (y - top), pixel[j]);
    }
    for (j = 0; j < channels; ++j) {
      const int8_t* const plane = planes + j * plane_bytes;
      thimble_any_taps_row(p, o + j * multiplier, &plane, 0, taps + j * tap_words, t, out + o + j * multiplier,
                           out_step, end - first);
    }
  }
}

THIMBLE_SHARED void thimble_row_any(const thimble_conv* p, const thimble_group* group, const thimble_taps* t,
                                    int8_t* out) {
  int32_t j;
  for (j = 0; j < group->channels; ++j, out += group->step) {
    thimble_any_taps_row(p, group->first + j * group->step, group->rows, j * group->plane_bytes,
                         group->taps + j * group->tap_words, t, out, p->out_ch, p->out_w);
  }
}

THIMBLE_SHARED void s8_dwconv_any_dsp(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                      int32_t first, int32_t end, void* scratch) {
  const int32_t multiplier = p->out_ch / p->in_ch;
  const int is_column = p->in_w == 1 && p->out_w == 1 && p->kernel_w == 1 && p->pad_left == 0;
  const thimble_taps column = {1, (p->kernel_h - 1) * p->dilation_h + 1, p->dilation_h, p->stride_h};
  const thimble_taps rows = {p->kernel_h, (p->kernel_w - 1) * p->dilation_w + 1, p->dilation_w, p->stride_w};
  int32_t m, r, next;
  for (m = 0; m < multiplier; ++m) {
    if (!is_column) {
      thimble_dwconv_planes(thimble_row_any, thimble_widen_any, p, in, out, first, end, scratch, &rows, m);
      continue;
    }
    for (r = first; r < end; r = next) {
      next = r + thimble_min(end - r, thimble_rows_to_wrap(out, r));
      thimble_dwconv_column(p, in, thimble_row(out, r), out->row_bytes, r, next, scratch, &column, multiplier, m);
    }
  }
  thimble_clamp_rows(p, out, first, end);
}

#endif
