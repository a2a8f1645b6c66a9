/* dwconv_rows.h: driver of depthwise kernels that work channel by channel: they take the whole range of rows at once.
 *
 * Their scratch is a ring of widened rows of a few channels, which every output row extends by what is new to it.
 */
#ifndef THIMBLE_DWCONV_ROWS_H
#define THIMBLE_DWCONV_ROWS_H

#include "types.h"

/* Computes the output rows [first, end). */
typedef void thimble_dwconv_kernel(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out,
                                   int32_t first, int32_t end, void* scratch);

static inline void thimble_dwconv_rows(thimble_dwconv_kernel* kernel, const thimble_conv* p, const thimble_plane* in,
                                       const thimble_plane* out, int32_t first, int32_t count, void* scratch) {
  kernel(p, in, out, first, thimble_min(first + count, p->out_h), scratch);
}

#endif
