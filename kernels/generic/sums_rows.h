/* sums_rows.h: driver of pointwise convolutions whose input channels come in groups, one call of a kernel for each.
 *
 * Sums of products, int32 [out_h][out_w][out_ch], go from one group's kernel to the next: each adds its own to those in
 * `sums` and writes them, as a rule in the same place, or, as the last of the groups, requantizes them. The first has no
 * sums: a plane without memory, whose base is NULL. Input values are multiplied as they are stored: what zero points
 * add up to is in the bias of the last group.
 */
#ifndef THIMBLE_SUMS_ROWS_H
#define THIMBLE_SUMS_ROWS_H

#include "types.h"

/* Computes `pixels` pixels from as many of the input [in_ch] and, unless sums is NULL, of sums [out_ch]. The output is
 * int32 or, of the last group, int8. It may lie where the sums do, or is apart from them. */
typedef void thimble_sums_kernel(const thimble_conv* p, const int8_t* in, const int32_t* sums, void* out,
                                 int32_t pixels, void* scratch);

/* Whether a run of rows may be computed as one run of pixels: the planes have no byte in common, or each element has
 * the same place in both. Else an output row may lie over sums of rows before it only. */
static inline int thimble_sums_are_apart(const thimble_plane* sums, const thimble_plane* out) {
  const int8_t* const sums_end = sums->base + sums->ring * sums->row_bytes;
  const int8_t* const out_end = out->base + out->ring * out->row_bytes;
  if (sums->base == out->base && sums->row_bytes == out->row_bytes) return 1;
  return sums->base == NULL || sums_end <= out->base || out_end <= sums->base;
}

static inline void thimble_sums_rows(thimble_sums_kernel* kernel, const thimble_conv* p, const thimble_plane* in,
                                     const thimble_plane* sums, const thimble_plane* out, int32_t first, int32_t count,
                                     void* scratch) {
  const int apart = thimble_sums_are_apart(sums, out);
  const int32_t end = first + count;
  int32_t r, run;
  for (r = first; r < end; r += run) {
    const int32_t* added = NULL;
    run = apart ? thimble_min(end - r, thimble_min(thimble_rows_to_wrap(in, r), thimble_rows_to_wrap(out, r))) : 1;
    if (sums->base != NULL) {
      run = thimble_min(run, thimble_rows_to_wrap(sums, r));
      added = (const int32_t*)(const void*)thimble_row(sums, r);
    }
    kernel(p, thimble_row(in, r), added, thimble_row(out, r), run * p->out_w, scratch);
  }
}

/* An addition that wraps. */
static inline int32_t thimble_wrapping_sum(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

#endif
