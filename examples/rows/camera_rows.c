#include "camera_rows.h"

#include <stddef.h>

/* Five or six bits as eight: the highest ones come again below. */
static uint8_t widened(int32_t value, int32_t bits) { return (uint8_t)(value << (8 - bits) | value >> (2 * bits - 8)); }

static int read_line(void* ctx, uint8_t* line) {
  const camera_rows* const camera = (const camera_rows*)ctx;
  const uint8_t* bytes = camera->wait(camera->driver);
  int32_t x;
  if (bytes == NULL) return camera_lost_line;
  for (x = 0; x < camera->scaler.width; ++x, bytes += 2) {
    const int32_t pixel = bytes[0] << 8 | bytes[1];
    const uint8_t red = widened(pixel >> 11, 5);
    const uint8_t green = widened(pixel >> 5 & 63, 6);
    const uint8_t blue = widened(pixel & 31, 5);
    if (camera->input.channels == 1) {
      *line++ = (uint8_t)((77 * red + 150 * green + 29 * blue + 128) >> 8);
    } else {
      *line++ = red;
      *line++ = green;
      *line++ = blue;
    }
  }
  return 0;
}

void camera_begin(camera_rows* camera, int32_t height, int32_t width, void* memory) {
  scaler_begin(&camera->scaler, &camera->input, height, width, memory);
}

int read_camera_row(void* ctx, int32_t row, int8_t* pixels) {
  camera_rows* const camera = (camera_rows*)ctx;
  return scale_row(&camera->scaler, read_line, ctx, row, pixels);
}
