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

/* HARNESS_ARENA_BYTES, HARNESS_INPUT_BYTES (of all inputs), HARNESS_INPUTS, HARNESS_OUTPUTS (numbers of tensors),
 * HARNESS_TENSORS (ids of the graph), harness_input(arena, index), harness_output(arena, index), and
 * harness_invoke(arena), which gives 0 unless the program could not get a row. */
#include "harness_model.h"

/* A measuring build defines these (with -include) to mark the instructions that it counts: an inference, but for what
 * the harness does in it to supply rows. */
#ifndef HARNESS_BEGIN
#define HARNESS_BEGIN() ((void)0)
#define HARNESS_END() ((void)0)
#define HARNESS_PAUSE() ((void)0)
#define HARNESS_RESUME() ((void)0)
#endif

/* Where the arena is, for builds that place it: __attribute__((section("..."))). */
#ifndef HARNESS_ARENA_ATTRIBUTE
#define HARNESS_ARENA_ATTRIBUTE
#endif

/* Ends the trace after the first inference and writes trace.bin: {rows, crc}, two uint32 for each tensor id. Only in
 * builds with HARNESS_TRACE. 0 if that succeeded. */
int harness_end_trace(void);

#endif
