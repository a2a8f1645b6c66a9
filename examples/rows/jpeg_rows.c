#include "jpeg_rows.h"

static int read_line(void* ctx, uint8_t* line) {
  jpeg_rows* const rows = (jpeg_rows*)ctx;
  return (int)jpeg_read_line(&rows->decoder, line, rows->input.channels);
}

int32_t jpeg_rows_bytes(const jpeg_rows* rows) {
  return scaler_bytes(&rows->input, rows->decoder.width) + jpeg_strip_bytes(&rows->decoder);
}

int jpeg_rows_open(jpeg_rows* rows, jpeg_read read, void* ctx, void* memory, int32_t memory_bytes) {
  const jpeg_status status = jpeg_open(&rows->decoder, read, ctx);
  if (status != jpeg_ok) return (int)status;
  if (jpeg_rows_bytes(rows) > memory_bytes) return jpeg_too_large;
  scaler_begin(&rows->scaler, &rows->input, rows->decoder.height, rows->decoder.width, memory);
  jpeg_begin(&rows->decoder, (uint8_t*)memory + scaler_bytes(&rows->input, rows->decoder.width));
  return (int)jpeg_ok;
}

int read_jpeg_row(void* ctx, int32_t row, int8_t* pixels) {
  jpeg_rows* const rows = (jpeg_rows*)ctx;
  return scale_row(&rows->scaler, read_line, ctx, row, pixels);
}
