/* harness.h: what the harness asks of the program that it runs. The model's side is printed into harness_model.h by
 * emulate/harness.cpp, which describes the files. */
#ifndef THIMBLE_HARNESS_H
#define THIMBLE_HARNESS_H

#include <stddef.h>
#include <stdint.h>

/* Reads `bytes` bytes of the inputs of the current inference, from byte `position` of all of them on. The program has
 * this called where it takes rows of an input. 0 if that succeeded. */
int harness_supply(size_t position, void* to, size_t bytes);

/* The bytes of one input or output tensor; `at` is NULL for an input that the program takes row by row. */
typedef struct {
  void* at;
  size_t bytes;
} harness_values;

/* HARNESS_ARENA_BYTES, or for an arena in several pieces HARNESS_PIECES(define), which is define(0, bytes of the first)
 * and so on; HARNESS_INPUT_BYTES (of all inputs), HARNESS_INPUTS, HARNESS_OUTPUTS (numbers of tensors), HARNESS_TENSORS
 * (ids of the graph), harness_input(arena, index), harness_output(arena, index), and harness_invoke(arena), which gives
 * 0 unless the program could not get a row. */
#include "harness_model.h"

/* What the program takes: the arena, or an array of pointers to its pieces. */
#ifdef HARNESS_PIECES
typedef void* const* harness_arena;
#define HARNESS_ARENA_OF(pieces) (pieces)
#else
typedef void* harness_arena;
#define HARNESS_ARENA_OF(pieces) ((pieces)[0])
#define HARNESS_PIECES(define) define(0, HARNESS_ARENA_BYTES)
#endif

/* A measuring build defines these (with -include) to mark the instructions that it counts: an inference, but for what
 * the harness does in it to supply rows. */
#ifndef HARNESS_BEGIN
#define HARNESS_BEGIN() ((void)0)
#define HARNESS_END() ((void)0)
#define HARNESS_PAUSE() ((void)0)
#define HARNESS_RESUME() ((void)0)
#endif

/* Where the arena is, for builds that place it: __attribute__((section("..."))). Of pieces, the first; then the others.
 */
#ifndef HARNESS_ARENA_ATTRIBUTE
#define HARNESS_ARENA_ATTRIBUTE
#endif
#ifndef HARNESS_ARENA_1_ATTRIBUTE
#define HARNESS_ARENA_1_ATTRIBUTE
#endif
#ifndef HARNESS_ARENA_2_ATTRIBUTE
#define HARNESS_ARENA_2_ATTRIBUTE
#endif
#ifndef HARNESS_ARENA_3_ATTRIBUTE
#define HARNESS_ARENA_3_ATTRIBUTE
#endif
#ifndef HARNESS_ARENA_4_ATTRIBUTE
#define HARNESS_ARENA_4_ATTRIBUTE
#endif

/* Bytes on both sides of each piece that the program must leave alone, a multiple of 8. */
#ifndef HARNESS_REDZONE
#define HARNESS_REDZONE 0
#endif

/* The arena's memory, for the file that has main: it defines HARNESS_MAIN. */
#ifdef HARNESS_MAIN
#include <string.h>

#define HARNESS_ATTRIBUTE_0 HARNESS_ARENA_ATTRIBUTE
#define HARNESS_ATTRIBUTE_1 HARNESS_ARENA_1_ATTRIBUTE
#define HARNESS_ATTRIBUTE_2 HARNESS_ARENA_2_ATTRIBUTE
#define HARNESS_ATTRIBUTE_3 HARNESS_ARENA_3_ATTRIBUTE
#define HARNESS_ATTRIBUTE_4 HARNESS_ARENA_4_ATTRIBUTE

#define HARNESS_DEFINE_PIECE(piece, size)        \
  static union {                                 \
    int64_t aligned;                             \
    uint8_t bytes[(size) + 2 * HARNESS_REDZONE]; \
  } harness_piece_##piece HARNESS_ATTRIBUTE_##piece;
HARNESS_PIECES(HARNESS_DEFINE_PIECE)

#define HARNESS_PIECE_ADDRESS(piece, size) harness_piece_##piece.bytes + HARNESS_REDZONE,
static void* const harness_pieces[] = {HARNESS_PIECES(HARNESS_PIECE_ADDRESS)};

#define HARNESS_PIECE_BYTES(piece, size) (size),
static const size_t harness_piece_bytes[] = {HARNESS_PIECES(HARNESS_PIECE_BYTES)};

enum { harness_piece_count = sizeof harness_pieces / sizeof harness_pieces[0] };

/* Fills all pieces, and what is around them, with rubbish. */
static inline void harness_spoil_arena(uint8_t rubbish) {
  for (size_t i = 0; i < harness_piece_count; ++i)
    memset((uint8_t*)harness_pieces[i] - HARNESS_REDZONE, rubbish, harness_piece_bytes[i] + 2 * HARNESS_REDZONE);
}

/* Whether something has written beside a piece since. */
static inline int harness_is_overrun(uint8_t rubbish) {
  for (size_t i = 0; i < harness_piece_count; ++i) {
    const uint8_t* const before = (const uint8_t*)harness_pieces[i] - HARNESS_REDZONE;
    const uint8_t* const behind = (const uint8_t*)harness_pieces[i] + harness_piece_bytes[i];
    for (size_t byte = 0; byte != HARNESS_REDZONE; ++byte)
      if (before[byte] != rubbish || behind[byte] != rubbish) return 1;
  }
  return 0;
}
#endif

/* Ends the trace after the first inference and writes trace.bin: {rows, crc}, two uint32 for each tensor id. Only in
 * builds with HARNESS_TRACE. 0 if that succeeded. */
int harness_end_trace(void);

#endif
