/* resize_rows.h: driver of nearest-neighbour resizing. Scratch: none. */
#ifndef THIMBLE_RESIZE_ROWS_H
#define THIMBLE_RESIZE_ROWS_H

#include "types.h"

/* Computes one output row from its input row. */
typedef void thimble_resize_kernel(const thimble_resize* p, const int8_t* row, int8_t* out);

static inline void thimble_resize_rows(thimble_resize_kernel* kernel, const thimble_resize* p, const thimble_plane* in,
                                       const thimble_plane* out, int32_t first, int32_t count, void* scratch) {
  int32_t r;
  (void)scratch;
  for (r = first; r < first + count; ++r) kernel(p, thimble_row(in, p->row_of[r]), thimble_row(out, r));
}

#endif
