#include "jpeg_bits.h"

#include <string.h>

enum { end_of_image = 0xD9 };

void jpeg_bits_open(jpeg_bits* b, jpeg_read read, void* ctx) {
  memset(b, 0, sizeof *b);
  b->read = read;
  b->ctx = ctx;
}

int32_t jpeg_byte(jpeg_bits* b) {
  if (b->at == b->held) {
    b->held = b->read(b->ctx, b->buffer, (int32_t)sizeof b->buffer);
    b->at = 0;
    if (b->held <= 0) {
      b->held = 0;
      return -1;
    }
  }
  return b->buffer[b->at++];
}

/* The next byte of entropy-coded data: FF 00 means FF, FF and anything else is a marker and ends the data. -1 then. */
static int32_t data_byte(jpeg_bits* b) {
  int32_t byte, next;
  if (b->marker != 0) return -1;
  byte = jpeg_byte(b);
  if (byte < 0) b->marker = end_of_image;
  if (byte != 0xFF) return byte;
  do {
    next = jpeg_byte(b);
  } while (next == 0xFF);
  if (next == 0) return byte;
  b->marker = next < 0 ? end_of_image : next;
  return -1;
}

/* Makes at least 25 bits available. */
static void fill(jpeg_bits* b) {
  while (b->bit_count <= 24) {
    const int32_t byte = data_byte(b);
    if (byte >= 0) {
      b->bits |= (uint32_t)byte << (24 - b->bit_count);
    } else {
      b->made_up += 8;
    }
    b->bit_count += 8;
  }
}

static void drop(jpeg_bits* b, int32_t count) {
  b->bits <<= count;
  b->bit_count -= count;
}

int32_t jpeg_take_bits(jpeg_bits* b, int32_t count) {
  int32_t value;
  if (count == 0) return 0;
  if (b->bit_count < count) fill(b);
  value = (int32_t)(b->bits >> (32 - count));
  drop(b, count);
  return value;
}

int32_t jpeg_take_signed(jpeg_bits* b, int32_t count) {
  const int32_t value = jpeg_take_bits(b, count);
  return count > 0 && value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
}

int32_t jpeg_take_symbol(jpeg_bits* b, const jpeg_huffman* table) {
  int32_t code = 0;  /* the bits so far */
  int32_t first = 0; /* the first code of this length */
  int32_t index = 0; /* of its symbol */
  int32_t length;
  if (b->bit_count < 16) fill(b);
  for (length = 1; length <= 16; ++length) {
    const int32_t count = table->counts[length];
    code |= (int32_t)(b->bits >> (32 - length)) & 1;
    if (code - first < count) {
      drop(b, length);
      return table->symbols[index + code - first];
    }
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return -1;
}

int jpeg_is_overrun(const jpeg_bits* b) { return b->made_up > b->bit_count; }

int32_t jpeg_take_marker(jpeg_bits* b) {
  int32_t marker = b->marker;
  if (marker == 0) {
    if (jpeg_byte(b) != 0xFF) return -1;
    do {
      marker = jpeg_byte(b);
    } while (marker == 0xFF);
  }
  b->marker = b->bit_count = b->made_up = 0;
  b->bits = 0;
  return marker;
}
