/* map_rows.h: driver of element-wise functions of one input.
 *
 * Rows that follow each other in both planes go to the row kernel as one run. The output may stand where the input is.
 * Scratch: none.
 */
#ifndef THIMBLE_MAP_ROWS_H
#define THIMBLE_MAP_ROWS_H

#include "types.h"

/* out[i] = f(in[i]) for i in [0, count). */
typedef void thimble_map_kernel(const thimble_map* p, const int8_t* in, int8_t* out, int32_t count);

static inline void thimble_map_rows(thimble_map_kernel* kernel, const thimble_map* p, const thimble_plane* in,
                                    const thimble_plane* out, int32_t first, int32_t count, void* scratch) {
  int32_t r = first;
  (void)scratch;
  if (in->row_bytes != out->row_bytes) { /* whole tensors whose shapes differ in dimensions of 1 */
    kernel(p, in->base + first * out->row_bytes, thimble_row(out, first), count * out->row_bytes);
    return;
  }
  while (r < first + count) {
    const int32_t left = first + count - r;
    const int32_t run = thimble_min(left, thimble_min(thimble_rows_to_wrap(in, r), thimble_rows_to_wrap(out, r)));
    kernel(p, thimble_row(in, r), thimble_row(out, r), run * out->row_bytes);
    r += run;
  }
}

#endif
