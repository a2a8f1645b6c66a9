/* softmax_rows.h: driver of softmax along the last dimension. Whole tensors only (first = 0). Scratch: none. */
#ifndef THIMBLE_SOFTMAX_ROWS_H
#define THIMBLE_SOFTMAX_ROWS_H

#include "types.h"

/* Softmax of `depth` values. */
typedef void thimble_softmax_kernel(const thimble_softmax* p, const int8_t* in, int8_t* out);

static inline void thimble_softmax_rows(thimble_softmax_kernel* kernel, const thimble_softmax* p,
                                        const thimble_plane* in, const thimble_plane* out, int32_t first, int32_t count,
                                        void* scratch) {
  int32_t r;
  (void)first;
  (void)count;
  (void)scratch;
  for (r = 0; r < p->rows; ++r) kernel(p, in->base + r * p->depth, out->base + r * p->depth);
}

#endif
