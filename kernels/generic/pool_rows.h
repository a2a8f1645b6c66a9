/* pool_rows.h: driver of average and max pooling.
 *
 * For each output row it finds the input rows under the window that lie inside the image. Scratch: none.
 */
#ifndef THIMBLE_POOL_ROWS_H
#define THIMBLE_POOL_ROWS_H

#include "types.h"

/* The tallest window: its row pointers are on the stack. */
#define THIMBLE_MAX_FILTER_H 64

/* Computes one output row from `height` >= 1 input rows [in_w][channels]. */
typedef void thimble_pool_kernel(const thimble_pool* p, const int8_t* const* rows, int32_t height, int8_t* out);

static inline void thimble_pool_rows(thimble_pool_kernel* kernel, const thimble_pool* p, const thimble_plane* in,
                                     const thimble_plane* out, int32_t first, int32_t count, void* scratch) {
  const int8_t* rows[THIMBLE_MAX_FILTER_H];
  int32_t r;
  (void)scratch;
  for (r = first; r < first + count; ++r) {
    const int32_t top = r * p->stride_h - p->pad_top;
    const int32_t end = thimble_min(top + p->filter_h, p->in_h);
    int32_t y = top < 0 ? 0 : top;
    int32_t height = 0;
    for (; y < end; ++y) rows[height++] = thimble_row(in, y);
    kernel(p, rows, height, thimble_row(out, r));
  }
}

/* The columns [begin, end) of the image under the window of output column x. */
static inline void thimble_pool_columns(const thimble_pool* p, int32_t x, int32_t* begin, int32_t* end) {
  const int32_t left = x * p->stride_w - p->pad_left;
  *begin = left < 0 ? 0 : left;
  *end = thimble_min(left + p->filter_w, p->in_w);
}

#endif
