/* copy_rows.h: driver of copies: a reshape that the plan does not alias, one input of a concatenation, a rectangle of
 * an image. The first two are whole tensors (first = 0); `out` points at the first block. Of a rectangle any rows can
 * be copied by themselves, and the output's rows may lie further apart than they are long: a patch's place in a larger
 * image. Scratch: none.
 */
#ifndef THIMBLE_COPY_ROWS_H
#define THIMBLE_COPY_ROWS_H

#include "types.h"

/* Copies the blocks of a whole tensor, or of one row. */
typedef void thimble_copy_kernel(const thimble_copy* p, const int8_t* in, int8_t* out);

static inline void thimble_copy_rows(thimble_copy_kernel* kernel, const thimble_copy* p, const thimble_plane* in,
                                     const thimble_plane* out, int32_t first, int32_t count, void* scratch) {
  int32_t r;
  (void)scratch;
  if (!p->by_rows) {
    kernel(p, in->base, out->base);
    return;
  }
  for (r = first; r < first + count; ++r) kernel(p, thimble_row(in, p->top + r) + p->left, thimble_row(out, r));
}

#endif
