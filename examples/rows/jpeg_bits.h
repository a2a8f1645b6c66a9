/* jpeg_bits.h: the bytes, bits and Huffman codes of a JPEG file that arrives piece by piece (ITU-T T.81, annexes B, F).
 */
#ifndef JPEG_BITS_H
#define JPEG_BITS_H

#include <stdint.h>

/* Copies at most `room` bytes of the file to `to`. The number of them; 0 at the end of the file. */
typedef int32_t (*jpeg_read)(void* ctx, uint8_t* to, int32_t room);

typedef struct {
  jpeg_read read;
  void* ctx;
  uint8_t buffer[64];
  int32_t at, held;  /* in the buffer */
  uint32_t bits;     /* the next bits, from the highest on */
  int32_t bit_count; /* of them */
  int32_t made_up;   /* bits that stand for what is missing behind the data's end */
  int32_t marker;    /* that ended the data; 0 if none did */
} jpeg_bits;

/* Codes of a Huffman table: how many have each length, and what they mean, the shortest first. */
typedef struct {
  uint8_t counts[17];
  uint8_t symbols[256];
} jpeg_huffman;

void jpeg_bits_open(jpeg_bits* b, jpeg_read read, void* ctx);

/* The next byte of the file, or -1 at its end. */
int32_t jpeg_byte(jpeg_bits* b);

/* The next 0 to 16 bits of the entropy-coded data. Behind its end there are zeros. */
int32_t jpeg_take_bits(jpeg_bits* b, int32_t count);

/* The same as a number of either sign (T.81, F.2.2.1). */
int32_t jpeg_take_signed(jpeg_bits* b, int32_t count);

/* The next symbol, or -1 if no code fits. */
int32_t jpeg_take_symbol(jpeg_bits* b, const jpeg_huffman* table);

/* Whether bits were taken that the file does not have. */
int jpeg_is_overrun(const jpeg_bits* b);

/* Leaves what is left of a byte, and the marker that must follow. The marker's second byte, or -1. */
int32_t jpeg_take_marker(jpeg_bits* b);

#endif
