/* s8_tiles_generic.h: one band of a block in tiles (tiled_rows.h), on any core: its layers have the kernels. */
#ifndef THIMBLE_S8_TILES_GENERIC_H
#define THIMBLE_S8_TILES_GENERIC_H

#include "tiled_rows.h"

/* An image of which all rows are there, or one row. */
static inline thimble_plane thimble_image(int8_t* base, int32_t row_bytes, int32_t rows) {
  thimble_plane plane;
  plane.base = base;
  plane.row_bytes = row_bytes;
  plane.ring = rows;
#if THIMBLE_SHIFTED_ROWS
  plane.step = 1;
  plane.shift = 0;
#endif
  return plane;
}

/* A pointwise layer over `pixels` pixels of one row. */
static inline void thimble_tile_pixels(thimble_conv_layer* layer, thimble_conv* p, int8_t* in, int8_t* out,
                                       int32_t pixels, int8_t* scratch) {
  const thimble_plane from = thimble_image(in, pixels * p->in_ch, 1);
  const thimble_plane to = thimble_image(out, pixels * p->out_ch, 1);
  p->in_h = p->out_h = 1;
  p->in_w = p->out_w = pixels;
  layer(p, &from, &to, 0, 1, scratch);
}

/* Moves bytes [from, from + bytes) of each of the rows of the tile to its front, a word at a time where it can. */
static inline void thimble_move_columns(int8_t* row, int32_t rows, int32_t row_bytes, int32_t from, int32_t bytes) {
  for (; rows > 0; --rows, row += row_bytes) {
    int32_t i = 0;
    for (; i + 4 <= bytes; i += 4) {
      uint32_t word;
      memcpy(&word, row + from + i, 4);
      memcpy(row + i, &word, 4);
    }
    for (; i < bytes; ++i) row[i] = row[from + i];
  }
}

/* Copies columns [x0, x1) of rows [y0, y1) between the tile, which begins with row `top` and column `left`, and the
 * rows that are kept. */
static inline void thimble_keep_rows(const thimble_tiles* p, int8_t* scratch, int32_t top, int32_t left, int32_t y0,
                                     int32_t y1, int32_t x0, int32_t x1, int into_tile) {
  const int32_t channels = p->filter->in_ch;
  const size_t bytes = (size_t)((x1 - x0) * channels);
  int32_t y;
  for (y = y0; y < y1; ++y) {
    int8_t* const in_tile = scratch + p->tile + ((y - top) * p->tile_columns + x0 - left) * channels;
    int8_t* const kept = scratch + (y % p->kept_rows * p->filter->in_w + x0) * channels;
    memcpy(into_tile ? in_tile : kept, into_tile ? kept : in_tile, bytes);
  }
}

THIMBLE_SHARED void s8_tiles_generic(const thimble_tiles* p, const thimble_plane* in, const thimble_plane* out,
                                     int32_t first, int32_t end, int8_t* scratch) {
  const int32_t channels = p->filter->in_ch;
  const int32_t row_bytes = p->tile_columns * channels;
  const int32_t top = first * p->filter->stride_h - p->filter->pad_top;
  const int32_t y0 = top > 0 ? top : 0;
  const int32_t below = top + (end - first - 1) * p->filter->stride_h + p->filter->kernel_h;
  const int32_t y1 = thimble_min(below, p->filter->in_h);
  /* Rows from here on are new; those before it were kept by the band above. */
  const int32_t from_above = p->kept_rows > 0 && first > 0 ? top + p->kept_rows : y0;
  const int32_t new_row = thimble_min(from_above > y0 ? from_above : y0, y1);
  const int32_t next_top = top + (end - first) * p->filter->stride_h;
  thimble_conv expansion = *p->expansion;
  thimble_conv filter = *p->filter;
  thimble_conv projection = *p->projection;
  int8_t* const tile = scratch + p->tile;
  int8_t* const filtered = scratch + p->filtered;
  int8_t* const rest = scratch + p->rest;
  int32_t begin = 0; /* the column of the image that the tile begins with */
  int32_t done = 0;  /* the first column that is not expanded yet */
  int32_t x, y;
  filter.in_h = y1 - y0;
  filter.out_h = end - first;
  filter.pad_top = (int16_t)(y0 - top);
  for (x = 0; x < p->filter->out_w; x += p->columns) {
    const int32_t outputs = thimble_min(p->columns, p->filter->out_w - x);
    const int32_t left = x * p->filter->stride_w - p->filter->pad_left;
    const int32_t x0 = left > 0 ? left : 0;
    const int32_t right = left + (outputs - 1) * p->filter->stride_w + p->filter->kernel_w;
    const int32_t x1 = thimble_min(right, p->filter->in_w);
    if (x0 >= done) {
      done = x0;
    } else if (x0 > begin) {
      thimble_move_columns(tile, y1 - y0, row_bytes, (x0 - begin) * channels, (done - x0) * channels);
    }
    begin = x0;
    if (x1 > done) {
      for (y = new_row; y < y1; ++y)
        thimble_tile_pixels(p->expand, &expansion, thimble_row(in, y) + done * expansion.in_ch,
                            tile + (y - y0) * row_bytes + (done - begin) * channels, x1 - done, rest);
      if (p->kept_rows > 0) {
        thimble_keep_rows(p, scratch, y0, begin, y0, new_row, done, x1, 1);
        thimble_keep_rows(p, scratch, y0, begin, next_top > new_row ? next_top : new_row, y1, done, x1, 0);
      }
      done = x1;
    }
    {
      const thimble_plane expanded = thimble_image(tile, row_bytes, y1 - y0);
      const thimble_plane outs = thimble_image(filtered, outputs * channels, end - first);
      filter.in_w = done - begin;
      filter.out_w = outputs;
      filter.pad_left = (int16_t)(x0 - left);
      p->run_filter(&filter, &expanded, &outs, 0, end - first, rest);
    }
    for (y = first; y < end; ++y)
      thimble_tile_pixels(p->project, &projection, filtered + (y - first) * outputs * channels,
                          thimble_row(out, y) + x * projection.out_ch, outputs, rest);
  }
}

#endif
