/* sums_pixels.h: products of one pixel with two output channels, for the portable kernels of sums_rows.h. */
#ifndef THIMBLE_SUMS_PIXELS_H
#define THIMBLE_SUMS_PIXELS_H

#include "sums_rows.h"

/* Adds the products of a pixel [in_ch] with channels o and o + 1, if there are two, to acc. Weights are "ohwi". */
static inline void thimble_add_products(const thimble_conv* p, int32_t o, const int8_t* pixel, int32_t acc[2]) {
  const int32_t in_ch = p->in_ch;
  const int8_t* const w0 = (const int8_t*)p->weights + o * in_ch;
  const int8_t* const w1 = o + 1 < p->out_ch ? w0 + in_ch : w0;
  int32_t acc0 = acc[0];
  int32_t acc1 = acc[1];
  int32_t c;
  for (c = 0; c < in_ch; ++c) {
    acc0 += pixel[c] * w0[c];
    acc1 += pixel[c] * w1[c];
  }
  acc[0] = acc0;
  acc[1] = acc1;
}

#endif
