#include "row_scaler.h"

#include <string.h>

/* The pixels [begin, end) of `from` that output pixel i of `to` covers. */
typedef struct {
  int32_t begin, end;
} box;

static box box_of(int32_t i, int32_t from, int32_t to) {
  box covered;
  covered.begin = i * from / to;
  covered.end = (i + 1) * from / to;
  if (covered.end == covered.begin) ++covered.end;
  return covered;
}

void set_values(scaled_input* input, float level_scale, float level_offset, float scale, int32_t zero_point) {
  int32_t level;
  for (level = 0; level < 256; ++level) {
    const float steps = ((float)level * level_scale + level_offset) / scale;
    const int32_t value = (int32_t)(steps < 0 ? steps - 0.5f : steps + 0.5f) + zero_point;
    input->value_of[level] = (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
  }
}

int32_t scaler_bytes(const scaled_input* input, int32_t width) { return input->channels * (4 * input->width + width); }

void scaler_begin(row_scaler* s, const scaled_input* input, int32_t height, int32_t width, void* memory) {
  s->input = input;
  s->height = height;
  s->width = width;
  s->lines = 0;
  s->sums = (uint32_t*)memory;
  s->line = (uint8_t*)(s->sums + input->width * input->channels);
}

static void add_line(row_scaler* s) {
  const int32_t channels = s->input->channels;
  int32_t x, i, c;
  for (x = 0; x < s->input->width; ++x) {
    const box covered = box_of(x, s->width, s->input->width);
    for (i = covered.begin; i < covered.end; ++i) {
      for (c = 0; c < channels; ++c) s->sums[x * channels + c] += s->line[i * channels + c];
    }
  }
}

static void write_row(const row_scaler* s, uint32_t lines, int8_t* pixels) {
  const int32_t channels = s->input->channels;
  int32_t x, c;
  for (x = 0; x < s->input->width; ++x) {
    const box covered = box_of(x, s->width, s->input->width);
    const uint32_t count = (uint32_t)(covered.end - covered.begin) * lines;
    for (c = 0; c < channels; ++c) {
      const uint32_t level = (s->sums[x * channels + c] + count / 2) / count;
      pixels[x * channels + c] = s->input->value_of[level];
    }
  }
}

int scale_row(row_scaler* s, line_source source, void* ctx, int32_t row, int8_t* pixels) {
  const box covered = box_of(row, s->height, s->input->height);
  int32_t y;
  memset(s->sums, 0, sizeof *s->sums * (size_t)(s->input->width * s->input->channels));
  for (y = covered.begin; y < covered.end; ++y) {
    if (y == s->lines) { /* else it is the last one again, where the picture is enlarged */
      const int status = source(ctx, s->line);
      if (status != 0) return status;
      ++s->lines;
    }
    add_line(s);
  }
  write_row(s, (uint32_t)(covered.end - covered.begin), pixels);
  return 0;
}
