/* dwconv_images.h: depthwise convolution of small images by 3x3 kernels, four channels and all rows at a time.
 *
 * Columns and taps are those of dwconv_windows.h. All rows are widened first, each pair of them as the lower words of
 * some columns and as the upper ones of those that come next: so taps and scales are loaded once for all upper rows of
 * outputs of a channel, and once for all lower ones. A column outside the image can be the last one of a row and the
 * first one of the next. Sums between the last output of a row and the first one of the next are thrown away.
 *
 * Operands as in dwconv_windows.h, and so is the scratch, but for thimble_image_columns columns and the sums of as many
 * rows.
 */
#ifndef THIMBLE_DWCONV_IMAGES_H
#define THIMBLE_DWCONV_IMAGES_H

#include "dwconv_windows.h"

/* Columns from a row of outputs to the next one of its taps. */
THIMBLE_INLINE int32_t thimble_image_pitch(const thimble_conv* p, int32_t stride) {
  const int32_t columns = thimble_window_columns(p, stride);
  const int32_t shared = p->pad_left > 0 && p->pad_left + p->in_w < columns;
  return (columns - shared + stride - 1) / stride * stride;
}

/* Those of `rows` output rows. */
THIMBLE_INLINE int32_t thimble_image_columns(const thimble_conv* p, int32_t rows, int32_t stride) {
  const int32_t steps = stride == 1 ? (rows + 1) / 2 : rows;
  return (steps - 1) * thimble_image_pitch(p, stride) + thimble_window_columns(p, stride);
}

/* Output rows [first, end) of four channels, which follow each other from `out` on. */
THIMBLE_INLINE void thimble_image_rows(const thimble_conv* p, thimble_windows* w, thimble_source* source, int8_t* out,
                                       int32_t row_bytes, int32_t rows, int32_t stride) {
  const int32_t tap_rows = stride == 1 ? 2 : 1;
  const int32_t steps = (rows + tap_rows - 1) / tap_rows;
  const int32_t step_bytes = 4 * THIMBLE_WINDOW_COLUMN * w->pitch;
  int8_t* words = w->columns + 4 * THIMBLE_WINDOW_COLUMN * p->pad_left;
  int32_t i;
  for (i = 0; i <= steps; ++i, words += step_bytes) {
    int8_t* const to = i == steps ? words + 4 - step_bytes : words;
    const int32_t again = i == 0 || i == steps ? 0 : 4 - step_bytes;
    thimble_widen_rows(p, source, w->group.first, w->group.channels, w->width, to, again, 1);
  }
  for (i = 0; i < tap_rows && i < rows; ++i, out += row_bytes) {
    thimble_set_window_rows(w, (rows - i + tap_rows - 1) / tap_rows, stride);
    thimble_window_outputs(p, w, w->taps + i * THIMBLE_WINDOW_TAPS, out, stride);
  }
}

/* Computes output rows [first, end). `stride` is a constant. */
THIMBLE_INLINE void thimble_dwconv_images(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                          int32_t first, int32_t end, void* scratch, int32_t stride) {
  const int32_t columns = thimble_image_columns(p, end - first, stride);
  const uint32_t zero_points = thimble_four_bytes(p->in_zero_point);
  thimble_windows w;
  int32_t c, r, next;
  thimble_begin_windows(&w, p, out, scratch, columns, thimble_image_pitch(p, stride), stride);
  for (c = 0; c < p->in_ch; c += 4) {
    thimble_begin_channels(&w, p, c, stride, stride == 1);
    for (r = first; r < end; r = next) {
      thimble_source source;
      next = r + thimble_min(end - r, thimble_rows_to_wrap(out, r));
      thimble_begin_source(&source, p, in, r, next, stride, &zero_points);
      thimble_image_rows(p, &w, &source, thimble_row(out, r), out->row_bytes, next - r, stride);
    }
  }
  thimble_clamp_rows(p, out, first, end);
}

#endif
