/* im2col.h: convolution of any kernel by columns of the input, four output pixels at a time.
 *
 * `gather` writes one output pixel's column: words `step` apart. The kernels differ in how they widen.
 */
#ifndef THIMBLE_IM2COL_H
#define THIMBLE_IM2COL_H

#include "../generic/conv_rows.h"
#include "columns.h"

typedef void thimble_gather(const thimble_conv* p, const int8_t* const* rows, int32_t x, uint32_t* column,
                            int32_t step);

THIMBLE_INLINE void thimble_convolve_columns(const thimble_conv* p, thimble_gather* gather, const int8_t* const* rows,
                                             int8_t* out, int32_t pixels, uint32_t* columns) {
  const int32_t words = thimble_column_words(p->kernel_h * p->kernel_w * p->in_ch);
  int8_t* to = out;
  int32_t x = 0;
  while (x + 2 < pixels) {
    const int32_t now = thimble_min(pixels - x, 4);
    int32_t i;
    for (i = 0; i < now; ++i) gather(p, rows, x + i, columns + i, 4);
    thimble_multiply_4(p, columns, words, to, now);
    to += now * p->out_ch;
    x += now;
  }
  for (; x < pixels; ++x, to += p->out_ch) {
    gather(p, rows, x, columns, 1);
    thimble_multiply_1(p, 0, columns, 1, words, to);
  }
  if (thimble_is_clamped(p)) thimble_clamp_outputs(p, out, pixels * p->out_ch);
}

#endif
