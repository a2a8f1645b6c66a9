/* row_scaler.h: a model's input rows from the lines of a picture of any size, box by box, without the picture.
 *
 * Each output pixel is the mean of the whole pixels that its box covers (nearest ones when enlarging), rounded, and
 * then the model's value of that level. One line and one row of sums are all that is kept.
 */
#ifndef ROW_SCALER_H
#define ROW_SCALER_H

#include <stdint.h>

/* What the model wants: sizes, and the quantized value of each level 0 to 255. */
typedef struct {
  int32_t height, width, channels; /* channels 1 or 3 */
  int8_t value_of[256];
} scaled_input;

/* Fills value_of. Training made real values of levels: real = level * level_scale + level_offset, for example 1/255 and
 * 0; the model's input is quantized with scale and zero_point (<model>_input_scale, <model>_input_zero_point). */
void set_values(scaled_input* input, float level_scale, float level_offset, float scale, int32_t zero_point);

/* Supplies the next line of the picture, [width][channels]. 0, or another number that ends everything. */
typedef int (*line_source)(void* ctx, uint8_t* line);

typedef struct {
  const scaled_input* input;
  int32_t height, width; /* of the picture */
  int32_t lines;         /* read so far */
  uint32_t* sums;        /* [input width][channels] */
  uint8_t* line;         /* [width][channels], the last one read */
} row_scaler;

/* Bytes of memory that a scaler needs for pictures of this width. */
int32_t scaler_bytes(const scaled_input* input, int32_t width);

/* Begins a picture. `memory` is aligned to 4 bytes. */
void scaler_begin(row_scaler* s, const scaled_input* input, int32_t height, int32_t width, void* memory);

/* Writes row `row` of the model's input; rows are asked for in order. 0, or what the source returned. */
int scale_row(row_scaler* s, line_source source, void* ctx, int32_t row, int8_t* pixels);

#endif
