/* jpeg_decoder.h: a baseline JPEG decoder that never holds the picture (ITU-T T.81; JFIF).
 *
 * It gives one line after the other and keeps what a line of blocks is: 8 lines of samples, 16 where colour is sampled
 * at half the height, and one more line then. Grey pictures, and YCbCr sampled 4:4:4, 4:2:2 or 4:2:0; restart markers.
 * Colour is interpolated between its samples. Not progressive files: their blocks come in pieces, so that the picture
 * has to be held.
 *
 *   jpeg_decoder decoder;
 *   jpeg_status status = jpeg_open(&decoder, read, ctx);      reads the headers
 *   jpeg_begin(&decoder, memory of jpeg_strip_bytes(&decoder));
 *   status = jpeg_read_line(&decoder, line, 3);               decoder.height times
 */
#ifndef JPEG_DECODER_H
#define JPEG_DECODER_H

#include "jpeg_bits.h"

typedef enum {
  jpeg_ok = 0,
  jpeg_not_jpeg,    /* it does not begin like one */
  jpeg_truncated,   /* the file ends too early */
  jpeg_corrupt,     /* something that no encoder writes */
  jpeg_progressive, /* save it as baseline */
  jpeg_unsupported  /* 12 bits, arithmetic codes, CMYK or RGB, another sampling, several scans */
} jpeg_status;

/* What a status says, for messages. */
const char* jpeg_status_text(jpeg_status status);

typedef struct {
  uint8_t id;
  uint8_t across, down; /* blocks of it in a unit of the picture (MCU) */
  uint8_t quantization, dc_table, ac_table;
  int32_t width, height; /* in samples */
  int32_t stride;
  int32_t prediction; /* of the next block's mean */
  uint8_t* strip;     /* samples of the current line of units */
  uint8_t* before;    /* the last row of the one before */
} jpeg_component;

typedef struct {
  int32_t width, height;
  int32_t components; /* 1 grey, 3 colour */
  jpeg_component component[3];
  jpeg_bits bits;
  jpeg_huffman dc[2], ac[2];
  uint16_t quantization[4][64];
  int32_t restart_interval, units_to_restart, restarts;
  int32_t strip; /* the current line of units, -1 before the first */
  int32_t line;  /* the next one to give */
} jpeg_decoder;

/* From the order of coefficients in a file, along the diagonals of the block, to that of rows. */
extern const uint8_t jpeg_zigzag[64];

/* Reads up to where the picture's data begins: width, height and components are known then. */
jpeg_status jpeg_open(jpeg_decoder* d, jpeg_read read, void* ctx);

/* Bytes of memory that decoding takes beside the decoder itself: 26 bytes a column for 4:2:0, 16 for 4:2:2, 24 for
 * 4:4:4, 8 for grey; columns rounded up to whole blocks. */
int32_t jpeg_strip_bytes(const jpeg_decoder* d);

/* Begins to decode, in this memory. */
void jpeg_begin(jpeg_decoder* d, uint8_t* memory);

/* The next line, from the top: [width][channels], RGB (channels 3) or grey (1) whatever the file has. */
jpeg_status jpeg_read_line(jpeg_decoder* d, uint8_t* line, int32_t channels);

#endif
