/* mean_rows.h: driver of means. Where the height stays, as in a mean over the columns of an image, any rows can be
 * computed by themselves; the parameters are then those of one row. Else the output is one row. Scratch: none.
 */
#ifndef THIMBLE_MEAN_ROWS_H
#define THIMBLE_MEAN_ROWS_H

#include "types.h"

/* Computes the means of one row's input. */
typedef void thimble_mean_kernel(const thimble_mean* p, const int8_t* in, int8_t* out);

static inline void thimble_mean_rows(thimble_mean_kernel* kernel, const thimble_mean* p, const thimble_plane* in,
                                     const thimble_plane* out, int32_t first, int32_t count, void* scratch) {
  int32_t r;
  (void)scratch;
  for (r = first; r < first + count; ++r) kernel(p, thimble_row(in, r), thimble_row(out, r));
}

#endif
