/* harness.c: runs a generated program on the inferences in a file; the same source for a process and for a firmware.
 *
 * inputs.bin   uint32 count, then for each inference the values of every input
 * outputs.bin  for each inference the values of every output
 * Exit status: 0, or the number of what failed below.
 *
 * Each inference starts on an arena full of rubbish, another one each time: results that depend on what the arena held
 * before do not stay unseen.
 */
#define HARNESS_MAIN
#include "harness.h"

#include "io.h"

enum {
  harness_no_inputs = 10,
  harness_short_inputs = 11,
  harness_no_outputs = 12,
  harness_no_trace = 13,
  harness_overrun = 14
};

static int inputs;              /* The file of inputs, */
static size_t inference_begins; /* and where in it those of the current inference are. */

static int read_at(size_t position, void* to, size_t bytes) {
  return thimble_io_seek(inputs, inference_begins + position) || thimble_io_read(inputs, to, bytes);
}

int harness_supply(size_t position, void* to, size_t bytes) {
  HARNESS_PAUSE();
  const int failed = read_at(position, to, bytes);
  HARNESS_RESUME();
  return failed;
}

/* The inputs that are there as a whole. */
static int read_inputs(harness_arena arena) {
  size_t position = 0;
  for (int i = 0; i < HARNESS_INPUTS; ++i) {
    const harness_values input = harness_input(arena, i);
    if (input.at != NULL && read_at(position, input.at, input.bytes)) return harness_short_inputs;
    position += input.bytes;
  }
  return 0;
}

static int write_outputs(int file, harness_arena arena) {
  for (int i = 0; i < HARNESS_OUTPUTS; ++i) {
    const harness_values output = harness_output(arena, i);
    if (thimble_io_write(file, output.at, output.bytes)) return harness_no_outputs;
  }
  return 0;
}

static int run_inference(int outputs, uint32_t index) {
  harness_arena const arena = HARNESS_ARENA_OF(harness_pieces);
  const uint8_t rubbish = (uint8_t)(0xA5U ^ (index & 0xFFU));
  harness_spoil_arena(rubbish);
  inference_begins = sizeof index + (size_t)index * HARNESS_INPUT_BYTES;
  const int failed = read_inputs(arena);
  if (failed) return failed;
  HARNESS_BEGIN();
  const int short_of_rows = harness_invoke(arena);
  HARNESS_END();
  if (short_of_rows) return harness_short_inputs;
  if (harness_is_overrun(rubbish)) return harness_overrun;
#ifdef HARNESS_TRACE
  if (index == 0 && harness_end_trace()) return harness_no_trace;
#endif
  return write_outputs(outputs, arena);
}

int main(void) {
  uint32_t count = 0;
  inputs = thimble_io_open("inputs.bin", THIMBLE_IO_READ);
  if (inputs < 0 || thimble_io_read(inputs, &count, sizeof count)) return harness_no_inputs;
  const int outputs = thimble_io_open("outputs.bin", THIMBLE_IO_WRITE);
  if (outputs < 0) return harness_no_outputs;
  for (uint32_t i = 0; i < count; ++i) {
    const int failed = run_inference(outputs, i);
    if (failed) return failed;
  }
  if (thimble_io_close(outputs)) return harness_no_outputs;
  return thimble_io_close(inputs) ? harness_no_inputs : 0;
}
