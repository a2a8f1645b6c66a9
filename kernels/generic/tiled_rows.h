/* tiled_rows.h: driver of blocks that are computed tile by tile: a pointwise convolution expands, a depthwise one
 * filters, a pointwise one projects. Only a tile of what is between them is ever there.
 *
 * A band is `rows` rows of outputs. It is computed from left to right, `columns` columns at a time: the input's pixels
 * that are new under the filter are expanded into the tile, whose last columns have moved to its front; so columns are
 * expanded once a band. Rows that the next band needs too are expanded again; or, if `kept_rows` is not 0, kept, so
 * many of them: then bands have to be computed in order, and what the scratch holds has to stay. Each layer runs as its
 * own kernel in its own driver, on an image of the size of the tile.
 *
 * Scratch: the kept rows, row y of the expansion in place y % kept_rows; from `tile` on the tile,
 * [rows under the filter][tile_columns][channels]; from `filtered` on what the filter makes of it,
 * [rows][columns][channels]; from `rest` on what the kernels need.
 */
#ifndef THIMBLE_TILED_ROWS_H
#define THIMBLE_TILED_ROWS_H

#include "types.h"

/* A row kernel of a convolution in its driver. */
typedef void thimble_conv_layer(const thimble_conv* p, const thimble_plane* in, const thimble_plane* out, int32_t first,
                                int32_t count, void* scratch);

typedef struct {
  const thimble_conv *expansion, *filter, *projection; /* of the whole image */
  thimble_conv_layer *expand, *run_filter, *project;
  int32_t rows, columns; /* of outputs of a tile, at most */
  int32_t tile_columns;  /* that a row of the tile has room for */
  int32_t kept_rows;
  int32_t tile, filtered, rest;
} thimble_tiles;

/* Computes the output rows [first, end), one band. */
typedef void thimble_tiles_kernel(const thimble_tiles* p, const thimble_plane* in, const thimble_plane* out,
                                  int32_t first, int32_t end, int8_t* scratch);

static inline void thimble_tiled_rows(thimble_tiles_kernel* kernel, const thimble_tiles* p, const thimble_plane* in,
                                      const thimble_plane* out, int32_t first, int32_t count, void* scratch) {
  const int32_t end = thimble_min(first + count, p->filter->out_h);
  while (first < end) {
    const int32_t band_end = thimble_min((first / p->rows + 1) * p->rows, end);
    kernel(p, in, out, first, band_end, (int8_t*)scratch);
    first = band_end;
  }
}

#endif
