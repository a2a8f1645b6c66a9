/* binary_rows.h: driver of element-wise operators of two inputs, with broadcasting.
 *
 * It hands the row kernel runs of elements, as long as memory allows: whole tensors where nothing is broadcast, a
 * pixel's channels in the worst case. The output may stand where `a` is, if `a` is not broadcast. Scratch: none.
 */
#ifndef THIMBLE_BINARY_ROWS_H
#define THIMBLE_BINARY_ROWS_H

#include "types.h"

/* out[i] = f(a[i * a_step], b[i * b_step]) for i in [0, count); the steps are 0 or 1. */
typedef void thimble_binary_kernel(const thimble_binary* p, const int8_t* a, int32_t a_step, const int8_t* b,
                                   int32_t b_step, int8_t* out, int32_t count);

/* Where row h of image n of an operand begins. An operand with rows as large as its steps may be a ring. */
static inline const int8_t* thimble_operand_row(const thimble_plane* plane, const int32_t* stride, int32_t n,
                                                int32_t h) {
  if (n == 0 && stride[1] == plane->row_bytes) return thimble_row(plane, h);
  return plane->base + n * stride[0] + h * stride[1];
}

/* Whether [w][c] of an operand is one run of elements, each used once. */
static inline int thimble_is_run(const thimble_binary* p, const int32_t* stride) {
  return (p->size[3] == 1 || stride[3] == 1) && (p->size[2] == 1 || stride[2] == p->size[3]);
}

static inline void thimble_binary_rows(thimble_binary_kernel* kernel, const thimble_binary* p, const thimble_plane* a,
                                       const thimble_plane* b, const thimble_plane* out, int32_t first, int32_t count,
                                       void* scratch) {
  const int32_t width = p->size[2];
  const int32_t channels = p->size[3];
  const int32_t row_bytes = width * channels;
  const int runs = thimble_is_run(p, p->a_stride) && thimble_is_run(p, p->b_stride);
  const thimble_plane rows = thimble_as_rows(out, row_bytes);
  const int32_t scale = rows.ring / out->ring; /* rows in what the plan calls one */
  int32_t r, x;
  (void)scratch;
  for (r = first * scale; r < (first + count) * scale; ++r) {
    const int32_t n = r / p->size[1];
    const int8_t* a_row = thimble_operand_row(a, p->a_stride, n, r - n * p->size[1]);
    const int8_t* b_row = thimble_operand_row(b, p->b_stride, n, r - n * p->size[1]);
    int8_t* out_row = thimble_row(&rows, r);
    if (runs) {
      kernel(p, a_row, 1, b_row, 1, out_row, row_bytes);
      continue;
    }
    for (x = 0; x < width; ++x) {
      kernel(p, a_row + x * p->a_stride[2], p->a_stride[3], b_row + x * p->b_stride[2], p->b_stride[3],
             out_row + x * channels, channels);
    }
  }
}

#endif
