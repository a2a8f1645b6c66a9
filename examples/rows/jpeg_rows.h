/* jpeg_rows.h: a JPEG file as the rows of a model's input: decoded, scaled and quantized a line at a time.
 *
 *   static jpeg_rows picture;
 *   static uint32_t memory[...];
 *   picture.input.height = person_input_height; ... set_values(&picture.input, ...);
 *   jpeg_status status = jpeg_rows_open(&picture, read, file, memory, sizeof memory);
 *   if (status == jpeg_ok) status = person_invoke_rows(arena, read_jpeg_row, &picture);
 *
 * A picture of 640x480 pixels, 4:2:0, takes 20 kB for an input of 96x96 pixels; held in memory it would take 900 kB.
 */
#ifndef JPEG_ROWS_H
#define JPEG_ROWS_H

#include "jpeg_decoder.h"
#include "row_scaler.h"

typedef struct {
  scaled_input input; /* the caller's to fill in */
  jpeg_decoder decoder;
  row_scaler scaler;
} jpeg_rows;

/* jpeg_rows_open: the picture needs more memory. */
enum { jpeg_too_large = 100 };

/* Reads the headers and prepares the first row. 0 (jpeg_ok), a jpeg_status, or jpeg_too_large. `memory` is aligned to
 * 4 bytes. */
int jpeg_rows_open(jpeg_rows* rows, jpeg_read read, void* ctx, void* memory, int32_t memory_bytes);

/* Bytes of memory that the opened picture needs. */
int32_t jpeg_rows_bytes(const jpeg_rows* rows);

/* What <model>_invoke_rows calls; `rows` is a jpeg_rows. 0, or the jpeg_status that ends the inference. */
int read_jpeg_row(void* rows, int32_t row, int8_t* pixels);

#endif
