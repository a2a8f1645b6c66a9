/* mean_rows.h: driver of means. Whole tensors only (first = 0): a mean is not computed row by row. Scratch: none. */
#ifndef THIMBLE_MEAN_ROWS_H
#define THIMBLE_MEAN_ROWS_H

#include "types.h"

/* Computes the means of a whole tensor. */
typedef void thimble_mean_kernel(const thimble_mean* p, const int8_t* in, int8_t* out);

static inline void thimble_mean_rows(thimble_mean_kernel* kernel, const thimble_mean* p, const thimble_plane* in,
                                     const thimble_plane* out, int32_t first, int32_t count, void* scratch) {
  (void)first;
  (void)count;
  (void)scratch;
  kernel(p, in->base, out->base);
}

#endif
