/* pad_rows.h: driver of padding around a tensor [height][width][channels]. Scratch: none. */
#ifndef THIMBLE_PAD_ROWS_H
#define THIMBLE_PAD_ROWS_H

#include "types.h"

/* Computes one output row from an input row, or from none (NULL) above and below the input. */
typedef void thimble_pad_kernel(const thimble_pad* p, const int8_t* row, int8_t* out);

static inline void thimble_pad_rows(thimble_pad_kernel* kernel, const thimble_pad* p, const thimble_plane* in,
                                    const thimble_plane* out, int32_t first, int32_t count, void* scratch) {
  const thimble_plane in_rows = thimble_as_rows(in, p->in_w * p->channels);
  const thimble_plane out_rows = thimble_as_rows(out, p->out_w * p->out_ch);
  const int32_t scale = out_rows.ring / out->ring; /* rows in what the plan calls one */
  int32_t r;
  (void)scratch;
  for (r = first * scale; r < (first + count) * scale; ++r) {
    const int32_t y = r - p->top;
    kernel(p, y >= 0 && y < p->in_h ? thimble_row(&in_rows, y) : NULL, thimble_row(&out_rows, r));
  }
}

#endif
