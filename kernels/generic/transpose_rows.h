/* transpose_rows.h: driver of transpositions. Whole tensors only (first = 0). Scratch: none. */
#ifndef THIMBLE_TRANSPOSE_ROWS_H
#define THIMBLE_TRANSPOSE_ROWS_H

#include "types.h"

/* Transposes a whole tensor. */
typedef void thimble_transpose_kernel(const thimble_transpose* p, const int8_t* in, int8_t* out);

static inline void thimble_transpose_rows(thimble_transpose_kernel* kernel, const thimble_transpose* p,
                                          const thimble_plane* in, const thimble_plane* out, int32_t first,
                                          int32_t count, void* scratch) {
  (void)first;
  (void)count;
  (void)scratch;
  kernel(p, in->base, out->base);
}

#endif
