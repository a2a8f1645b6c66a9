/* jpeg_headers.c: what stands before a picture's data (T.81, annex B). */
#include <string.h>

#include "jpeg_decoder.h"

enum {
  marker_sof0 = 0xC0,
  marker_sof1 = 0xC1,
  marker_sof2 = 0xC2,
  marker_dht = 0xC4,
  marker_sof15 = 0xCF,
  marker_soi = 0xD8,
  marker_eoi = 0xD9,
  marker_sos = 0xDA,
  marker_dqt = 0xDB,
  marker_dri = 0xDD,
  marker_app14 = 0xEE
};

const uint8_t jpeg_zigzag[64] = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
                                 41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
                                 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

/* A segment: its bytes are counted down. Behind its end and the file's there are zeros, and `left` is negative. */
typedef struct {
  jpeg_bits* bits;
  int32_t left;
} segment;

static int32_t take_byte(segment* s) {
  const int32_t byte = s->left > 0 ? jpeg_byte(s->bits) : -1;
  s->left = byte < 0 ? -1 : s->left - 1;
  return byte < 0 ? 0 : byte;
}

static int32_t take_number(segment* s) {
  const int32_t high = take_byte(s);
  return 256 * high + take_byte(s);
}

static jpeg_status read_quantization(jpeg_decoder* d, segment* s) {
  while (s->left > 0) {
    const int32_t which = take_byte(s);
    const int32_t table = which & 15;
    int32_t i;
    if (table > 3 || which >> 4 > 1) return jpeg_corrupt;
    for (i = 0; i < 64; ++i) {
      d->quantization[table][jpeg_zigzag[i]] = (uint16_t)(which >> 4 == 1 ? take_number(s) : take_byte(s));
    }
  }
  return jpeg_ok;
}

static jpeg_status read_huffman(jpeg_decoder* d, segment* s) {
  while (s->left > 0) {
    const int32_t which = take_byte(s);
    jpeg_huffman* const table = which >> 4 == 0 ? &d->dc[which & 1] : &d->ac[which & 1];
    int32_t symbols = 0;
    int32_t i;
    if (which >> 4 > 1 || (which & 15) > 1) return jpeg_unsupported;
    for (i = 1; i <= 16; ++i) symbols += table->counts[i] = (uint8_t)take_byte(s);
    if (symbols > 256) return jpeg_corrupt;
    for (i = 0; i < symbols; ++i) table->symbols[i] = (uint8_t)take_byte(s);
  }
  return jpeg_ok;
}

/* Brightness has 1x1, 2x1 or 2x2 blocks in a unit, colours have one. */
static int is_sampling_known(const jpeg_decoder* d) {
  const jpeg_component* const c = d->component;
  if (d->components == 1) return 1;
  if (c[0].across > 2 || c[0].down > c[0].across) return 0;
  return c[1].across == 1 && c[1].down == 1 && c[2].across == 1 && c[2].down == 1;
}

static jpeg_status read_frame(jpeg_decoder* d, segment* s) {
  int32_t i;
  if (take_byte(s) != 8) return jpeg_unsupported;
  d->height = take_number(s);
  d->width = take_number(s);
  d->components = take_byte(s);
  if (d->width == 0) return jpeg_corrupt;
  if (d->height == 0 || (d->components != 1 && d->components != 3)) return jpeg_unsupported;
  for (i = 0; i < d->components; ++i) {
    jpeg_component* const c = &d->component[i];
    int32_t blocks;
    c->id = (uint8_t)take_byte(s);
    blocks = take_byte(s);
    c->across = (uint8_t)(blocks >> 4);
    c->down = (uint8_t)(blocks & 15);
    c->quantization = (uint8_t)take_byte(s);
    if (c->across == 0 || c->down == 0 || c->quantization > 3) return jpeg_corrupt;
  }
  if (d->components == 1) d->component[0].across = d->component[0].down = 1; /* a scan of one has units of one block */
  return is_sampling_known(d) ? jpeg_ok : jpeg_unsupported;
}

static jpeg_status read_scan(jpeg_decoder* d, segment* s) {
  int32_t i;
  if (d->components == 0) return jpeg_corrupt;
  if (take_byte(s) != d->components) return jpeg_unsupported;
  for (i = 0; i < d->components; ++i) {
    const int32_t id = take_byte(s);
    const int32_t tables = take_byte(s);
    if (id != d->component[i].id || tables >> 4 > 1 || (tables & 15) > 1) return jpeg_unsupported;
    d->component[i].dc_table = (uint8_t)(tables >> 4);
    d->component[i].ac_table = (uint8_t)(tables & 15);
  }
  for (i = 0; i < 3; ++i) (void)take_byte(s); /* which coefficients: all, in a baseline file */
  return jpeg_ok;
}

/* Adobe's segment says whether three components are RGB. */
static jpeg_status read_adobe(segment* s) {
  static const char name[] = "Adobe";
  int32_t i;
  if (s->left < 12) return jpeg_ok;
  for (i = 0; i < 5; ++i) {
    if (take_byte(s) != name[i]) return jpeg_ok;
  }
  for (i = 0; i < 6; ++i) (void)take_byte(s);
  return take_byte(s) == 1 ? jpeg_ok : jpeg_unsupported;
}

static jpeg_status read_segment(jpeg_decoder* d, int32_t marker, segment* s) {
  switch (marker) {
    case marker_sof0:
    case marker_sof1:
      return read_frame(d, s);
    case marker_sof2:
      return jpeg_progressive;
    case marker_dht:
      return read_huffman(d, s);
    case marker_dqt:
      return read_quantization(d, s);
    case marker_dri:
      d->restart_interval = take_number(s);
      return jpeg_ok;
    case marker_app14:
      return d->components == 1 ? jpeg_ok : read_adobe(s);
    case marker_sos:
      return read_scan(d, s);
    default:
      return marker > marker_sof2 && marker <= marker_sof15 ? jpeg_unsupported : jpeg_ok;
  }
}

jpeg_status jpeg_open(jpeg_decoder* d, jpeg_read read, void* ctx) {
  memset(d, 0, sizeof *d);
  jpeg_bits_open(&d->bits, read, ctx);
  if (jpeg_byte(&d->bits) != 0xFF || jpeg_byte(&d->bits) != marker_soi) return jpeg_not_jpeg;
  for (;;) {
    const int32_t marker = jpeg_take_marker(&d->bits);
    segment s = {NULL, 2};
    jpeg_status status;
    s.bits = &d->bits;
    if (marker < 0 || marker == marker_eoi) return jpeg_truncated;
    s.left = take_number(&s) - 2;
    if (s.left < 0) return jpeg_truncated;
    status = read_segment(d, marker, &s);
    while (s.left > 0 && status == jpeg_ok) (void)take_byte(&s);
    if (s.left < 0) return d->bits.held == 0 ? jpeg_truncated : jpeg_corrupt;
    if (status != jpeg_ok) return status;
    if (marker == marker_sos) return jpeg_ok;
  }
}

const char* jpeg_status_text(jpeg_status status) {
  switch (status) {
    case jpeg_ok:
      return "ok";
    case jpeg_not_jpeg:
      return "not a JPEG file";
    case jpeg_truncated:
      return "the file ends too early";
    case jpeg_corrupt:
      return "the file is damaged";
    case jpeg_progressive:
      return "progressive JPEG is not supported: save it as baseline";
    case jpeg_unsupported:
      return "this kind of JPEG is not supported (8-bit grey and YCbCr 4:4:4, 4:2:2, 4:2:0 in one scan are)";
  }
  return "unknown";
}
