#include "jpeg_decoder.h"

#include <string.h>

#include "jpeg_idct.h"

static int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }
static int32_t clamp(int32_t x, int32_t low, int32_t high) { return x < low ? low : x > high ? high : x; }
static int32_t divided_up(int32_t a, int32_t b) { return (a + b - 1) / b; }

/* Units in a line of the picture. */
static int32_t units_across(const jpeg_decoder* d) { return divided_up(d->width, 8 * d->component[0].across); }

/* Rows of samples of a component in a line of units. */
static int32_t rows_of_strip(const jpeg_component* c) { return 8 * c->down; }

/* Whether colour is sampled at half the height: then a line needs the line of units behind it too. */
static int is_half_height(const jpeg_decoder* d) { return d->component[0].down == 2; }

static int32_t stride_of(const jpeg_decoder* d, const jpeg_component* c) { return 8 * c->across * units_across(d); }

int32_t jpeg_strip_bytes(const jpeg_decoder* d) {
  int32_t bytes = 0;
  int32_t i;
  for (i = 0; i < d->components; ++i) {
    const jpeg_component* const c = &d->component[i];
    bytes += stride_of(d, c) * (rows_of_strip(c) + is_half_height(d));
  }
  return bytes;
}

void jpeg_begin(jpeg_decoder* d, uint8_t* memory) {
  int32_t i;
  for (i = 0; i < d->components; ++i) {
    jpeg_component* const c = &d->component[i];
    c->stride = stride_of(d, c);
    c->width = divided_up(d->width * c->across, d->component[0].across);
    c->height = divided_up(d->height * c->down, d->component[0].down);
    c->prediction = 0;
    c->strip = memory;
    memory += c->stride * rows_of_strip(c);
    c->before = memory;
    memory += is_half_height(d) ? c->stride : 0;
  }
  d->units_to_restart = d->restart_interval;
  d->restarts = d->line = 0;
  d->strip = -1;
}

/* One block of a component to its place. */
static jpeg_status decode_block(jpeg_decoder* d, jpeg_component* c, uint8_t* samples) {
  const uint16_t* const scale = d->quantization[c->quantization];
  int32_t coefficients[64];
  int32_t size = jpeg_take_symbol(&d->bits, &d->dc[c->dc_table]);
  int32_t i = 0;
  if (size < 0 || size > 11) return jpeg_corrupt;
  memset(coefficients, 0, sizeof coefficients);
  c->prediction = clamp(c->prediction + jpeg_take_signed(&d->bits, size), -32768, 32767);
  coefficients[0] = clamp(c->prediction * scale[0], -2047, 2047);
  while (i < 63) {
    const int32_t symbol = jpeg_take_symbol(&d->bits, &d->ac[c->ac_table]);
    const int32_t zeros = symbol >> 4;
    int32_t value;
    if (symbol < 0) return jpeg_corrupt;
    size = symbol & 15;
    if (size == 0 && zeros < 15) break; /* the rest is zero */
    i += zeros + 1;
    if (i > 63) return jpeg_corrupt;
    if (size == 0) continue; /* sixteen zeros */
    value = jpeg_take_signed(&d->bits, size);
    coefficients[jpeg_zigzag[i]] = clamp(value * scale[jpeg_zigzag[i]], -2047, 2047);
  }
  jpeg_idct(coefficients, samples, c->stride);
  return jpeg_ok;
}

/* The marker between two intervals of units; predictions begin anew. */
static jpeg_status restart(jpeg_decoder* d) {
  int32_t i;
  if (jpeg_take_marker(&d->bits) != 0xD0 + (d->restarts++ & 7)) return jpeg_corrupt;
  for (i = 0; i < d->components; ++i) d->component[i].prediction = 0;
  d->units_to_restart = d->restart_interval;
  return jpeg_ok;
}

/* Unit x of the current line of units: a few blocks of each component. */
static jpeg_status decode_unit(jpeg_decoder* d, int32_t x) {
  int32_t i, across, down;
  if (d->restart_interval > 0 && d->units_to_restart-- == 0) {
    if (restart(d) != jpeg_ok) return jpeg_corrupt;
    --d->units_to_restart;
  }
  for (i = 0; i < d->components; ++i) {
    jpeg_component* const c = &d->component[i];
    for (down = 0; down < c->down; ++down) {
      for (across = 0; across < c->across; ++across) {
        uint8_t* const samples = c->strip + 8 * down * c->stride + 8 * (x * c->across + across);
        const jpeg_status status = decode_block(d, c, samples);
        if (status != jpeg_ok) return jpeg_is_overrun(&d->bits) ? jpeg_truncated : status;
      }
    }
  }
  return jpeg_is_overrun(&d->bits) ? jpeg_truncated : jpeg_ok;
}

/* The next line of units; the last row of the one before is kept. */
static jpeg_status decode_strip(jpeg_decoder* d) {
  const int32_t units = units_across(d);
  int32_t i, x;
  for (i = 0; i < d->components && is_half_height(d) && d->strip >= 0; ++i) {
    const jpeg_component* const c = &d->component[i];
    memcpy(c->before, c->strip + (rows_of_strip(c) - 1) * c->stride, (size_t)c->stride);
  }
  ++d->strip;
  for (x = 0; x < units; ++x) {
    const jpeg_status status = decode_unit(d, x);
    if (status != jpeg_ok) return status;
  }
  return jpeg_ok;
}

/* Row y of a component's samples: of the current line of units, or the last one before it. */
static const uint8_t* samples_of(const jpeg_decoder* d, const jpeg_component* c, int32_t y) {
  const int32_t row = y - d->strip * rows_of_strip(c);
  return row < 0 ? c->before : c->strip + row * c->stride;
}

/* A component of colour at the height of a line: between two rows of samples, three quarters of the nearer one. */
typedef struct {
  const uint8_t* near_row;
  const uint8_t* far_row;
  int32_t width;
  int is_half_width;
} colour_row;

static colour_row colour_of(const jpeg_decoder* d, const jpeg_component* c) {
  const int32_t y = is_half_height(d) ? d->line / 2 : d->line;
  const int32_t other = is_half_height(d) ? clamp(d->line % 2 == 0 ? y - 1 : y + 1, 0, c->height - 1) : y;
  colour_row row;
  row.near_row = samples_of(d, c, y);
  row.far_row = samples_of(d, c, other);
  row.width = c->width;
  row.is_half_width = d->component[0].across == 2;
  return row;
}

static int32_t colour_at(const colour_row* row, int32_t x) {
  int32_t i, j;
  if (!row->is_half_width) return row->near_row[x];
  i = x / 2;
  j = clamp(x % 2 == 0 ? i - 1 : i + 1, 0, row->width - 1);
  return (3 * (3 * row->near_row[i] + row->far_row[i]) + 3 * row->near_row[j] + row->far_row[j] + 8) >> 4;
}

/* From YCbCr to RGB, JFIF's factors times 2^16. */
static void write_colour(uint8_t* pixel, int32_t y, int32_t cb, int32_t cr) {
  const int32_t base = 65536 * y + 32768;
  cb -= 128;
  cr -= 128;
  pixel[0] = (uint8_t)clamp((base + 91881 * cr) >> 16, 0, 255);
  pixel[1] = (uint8_t)clamp((base - 22554 * cb - 46802 * cr) >> 16, 0, 255);
  pixel[2] = (uint8_t)clamp((base + 116130 * cb) >> 16, 0, 255);
}

jpeg_status jpeg_read_line(jpeg_decoder* d, uint8_t* line, int32_t channels) {
  const int32_t rows = rows_of_strip(&d->component[0]);
  const int32_t last = least(d->line + is_half_height(d), d->height - 1); /* down to which samples are needed */
  const uint8_t* brightness;
  int32_t x;
  while (d->strip < last / rows) {
    const jpeg_status status = decode_strip(d);
    if (status != jpeg_ok) return status;
  }
  brightness = samples_of(d, &d->component[0], d->line);
  if (channels == 1) {
    memcpy(line, brightness, (size_t)d->width);
  } else if (d->components == 1) {
    for (x = 0; x < d->width; ++x, line += 3) line[0] = line[1] = line[2] = brightness[x];
  } else {
    const colour_row cb = colour_of(d, &d->component[1]);
    const colour_row cr = colour_of(d, &d->component[2]);
    for (x = 0; x < d->width; ++x, line += 3) write_colour(line, brightness[x], colour_at(&cb, x), colour_at(&cr, x));
  }
  ++d->line;
  return jpeg_ok;
}
