/* harness.h: what the harness asks of the program that it runs. The model's side is printed into harness_model.h by
 * emulate/harness.cpp, which describes the files. */
#ifndef THIMBLE_HARNESS_H
#define THIMBLE_HARNESS_H

#include <stddef.h>
#include <stdint.h>

/* The bytes of one input or output tensor. */
typedef struct {
  void* at;
  size_t bytes;
} harness_values;

/* HARNESS_ARENA_BYTES, HARNESS_INPUTS, HARNESS_OUTPUTS (numbers of tensors), HARNESS_TENSORS (ids of the graph),
 * harness_input(arena, index), harness_output(arena, index), harness_invoke(arena). */
#include "harness_model.h"

/* A measuring build defines these (with -include) to mark the instructions that it counts. */
#ifndef HARNESS_BEGIN
#define HARNESS_BEGIN() ((void)0)
#define HARNESS_END() ((void)0)
#endif

/* Where the arena is, for builds that place it: __attribute__((section("..."))). */
#ifndef HARNESS_ARENA_ATTRIBUTE
#define HARNESS_ARENA_ATTRIBUTE
#endif

/* Ends the trace after the first inference and writes trace.bin: {rows, crc}, two uint32 for each tensor id. Only in
 * builds with HARNESS_TRACE. 0 if that succeeded. */
int harness_end_trace(void);

#endif
