/* conv_rows.h: driver of convolutions, depthwise convolutions and fully connected layers.
 *
 * For each output row it finds the kernel_h input rows and calls the row kernel. Rows outside the image point to a row
 * that holds the input's zero point; it stands at the beginning of the scratch, where some row needs it, and what the
 * kernel wants follows it, aligned to 4 bytes.
 * A 1x1 convolution of stride 1 without padding sees its rows as one run of pixels, as far as they follow each other.
 */
#ifndef THIMBLE_CONV_ROWS_H
#define THIMBLE_CONV_ROWS_H

#include "types.h"

/* The tallest kernel that a driver takes: its row pointers are on the stack. */
#define THIMBLE_MAX_KERNEL_H 32

/* Computes `pixels` output pixels; rows[y] is the input row under row y of the kernel (before dilation is applied to
 * columns); pixels == out_w, or a multiple of it for a pointwise convolution. */
typedef void thimble_conv_kernel(const thimble_conv* p, const int8_t* const* rows, int8_t* out, int32_t pixels,
                                 void* scratch);

/* Bytes of the row of zero points; 0 if no output row reaches over the image's top or bottom. */
static inline int32_t thimble_conv_border_bytes(const thimble_conv* p) {
  const int32_t lowest = (p->out_h - 1) * p->stride_h - p->pad_top + (p->kernel_h - 1) * p->dilation_h;
  return p->pad_top > 0 || lowest >= p->in_h ? (p->in_w * p->in_ch + 3) & ~3 : 0;
}

static inline int thimble_conv_is_pointwise(const thimble_conv* p) {
  return p->kernel_h == 1 && p->kernel_w == 1 && p->stride_h == 1 && p->stride_w == 1 && p->pad_top == 0 &&
         p->pad_left == 0 && p->in_h == p->out_h && p->in_w == p->out_w;
}

static inline void thimble_conv_rows(thimble_conv_kernel* kernel, const thimble_conv* p, const thimble_plane* in,
                                     const thimble_plane* out, int32_t first, int32_t count, void* scratch) {
  const int8_t* rows[THIMBLE_MAX_KERNEL_H];
  const int32_t end = thimble_min(first + count, p->out_h);
  int32_t run = 1;
  int32_t r;
  if (thimble_conv_is_pointwise(p)) {
    for (r = first; r < end; r += run) {
      run = thimble_min(end - r, thimble_min(thimble_rows_to_wrap(in, r), thimble_rows_to_wrap(out, r)));
      rows[0] = thimble_row(in, r);
      kernel(p, rows, thimble_row(out, r), run * p->out_w, scratch);
    }
  } else {
    int8_t* const border = (int8_t*)scratch;
    const int32_t border_bytes = thimble_conv_border_bytes(p);
    if (border_bytes > 0) memset(border, p->in_zero_point, (size_t)border_bytes);
    for (r = first; r < end; ++r) {
      int32_t y = r * p->stride_h - p->pad_top;
      int32_t k;
      for (k = 0; k < p->kernel_h; ++k, y += p->dilation_h) {
        rows[k] = y >= 0 && y < p->in_h ? thimble_row(in, y) : border;
      }
      kernel(p, rows, thimble_row(out, r), p->out_w, border + border_bytes);
    }
  }
}

#endif
