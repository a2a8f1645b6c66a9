/* s8_conv_any_4x2_dsp: convolution of any kernel, stride, dilation, padding and number of input channels; for images of
 * one or three channels. Four pixels by two output channels a step, partial im2col.
 *
 * in       int8 rows [in_w][in_ch]; out int8 [pixels][out_ch]
 * weights  int8 "pairs", columns.h
 * bias     int32 [out_ch], input zero point folded in
 * Needs the ranges of outputs.h. Scratch: 8 * depth bytes, depth = kernel_h * kernel_w * in_ch rounded up to a multiple
 * of 4. 13 instructions for 16 MACs, and 3 a round of 64; 3 an element of a column.
 */
#ifndef THIMBLE_S8_CONV_ANY_4X2_DSP_H
#define THIMBLE_S8_CONV_ANY_4X2_DSP_H

#include "im2col.h"

/* Where an element of a column goes. */
typedef struct {
  int8_t* half; /* the next element's place */
  int32_t up;   /* bytes from a word's second element to the next word's first */
  int second;   /* whether it is the second element of its word */
} thimble_column_end;

THIMBLE_INLINE void thimble_append(thimble_column_end* end, int32_t value) {
  thimble_store_half(end->half, value);
  end->half += end->second ? end->up : 2;
  end->second = !end->second;
}

/* `count` elements from `in`. */
THIMBLE_INLINE void thimble_append_run(thimble_column_end* end, const int8_t* in, int32_t count) {
  if (end->second && count > 0) {
    thimble_append(end, *in++);
    --count;
  }
  for (; count > 1; count -= 2, in += 2) {
    thimble_store_half(end->half, in[0]);
    thimble_store_half(end->half + 2, in[1]);
    end->half += 2 + end->up;
  }
  if (count > 0) thimble_append(end, *in);
}

THIMBLE_SHARED void thimble_gather_any(const thimble_conv* p, const int8_t* const* rows, int32_t x, uint32_t* column,
                                       int32_t step) {
  const int32_t left = x * p->stride_w - p->pad_left;
  const int32_t depth = p->kernel_h * p->kernel_w * p->in_ch;
  thimble_column_end end;
  int32_t ky, kx, c;
  end.half = (int8_t*)column;
  end.up = 4 * step - 2;
  end.second = 0;
  if (p->dilation_w == 1 && left >= 0 && left + p->kernel_w <= p->in_w) {
    for (ky = 0; ky < p->kernel_h; ++ky) {
      thimble_append_run(&end, rows[ky] + left * p->in_ch, p->kernel_w * p->in_ch);
    }
  } else {
    for (ky = 0; ky < p->kernel_h; ++ky) {
      int32_t at = left;
      for (kx = 0; kx < p->kernel_w; ++kx, at += p->dilation_w) {
        if (at >= 0 && at < p->in_w) {
          thimble_append_run(&end, rows[ky] + at * p->in_ch, p->in_ch);
        } else {
          for (c = 0; c < p->in_ch; ++c) thimble_append(&end, p->in_zero_point);
        }
      }
    }
  }
  for (c = depth; c % 4 != 0; ++c) thimble_append(&end, 0);
}

THIMBLE_SHARED void s8_conv_any_4x2_dsp(const thimble_conv* p, const int8_t* const* rows, int8_t* out, int32_t pixels,
                                        void* scratch) {
  thimble_convolve_columns(p, thimble_gather_any, rows, out, pixels, (uint32_t*)scratch);
}

#endif
