/* main.c: runs the model on a made-up input, counts the core's cycles layer by layer, checks the outputs, and reports
 * in JSON, one object a line. `thimble calibrate` reads the report. */
#include <stdint.h>
#include <string.h>

#define HARNESS_MAIN
#include "harness.h"
#include "selftest.h"
#include "selftest_model.h"

/* The debug unit's cycle counter (Armv7-M Architecture Reference Manual, C1.8). */
#define DEMCR (*(volatile uint32_t*)0xE000EDFCU)
#define DWT_CONTROL (*(volatile uint32_t*)0xE0001000U)
#define DWT_CYCLES (*(volatile uint32_t*)0xE0001004U)
#define DWT_LOCK (*(volatile uint32_t*)0xE0001FB0U)

enum { selftest_runs = 2 }; /* The first one warms the caches; the last one is reported. */

static uint32_t cycles[SELFTEST_OPS];
static uint32_t begin;
static uint32_t outside; /* Cycles of a run that are not the model's. */
static int current = -1;

static void start_counter(void) {
  DEMCR |= 1U << 24;
  DWT_LOCK = 0xC5ACCE55U; /* Cortex-M7 */
  DWT_CYCLES = 0;
  DWT_CONTROL |= 1U;
}

void selftest_layer(int op) {
  const uint32_t now = DWT_CYCLES;
  if (current >= 0) cycles[current] += now - begin;
  current = op;
  begin = DWT_CYCLES;
}

/* Bytes from `position` on of all inputs: seed 0 of docs/numbers.md. */
static void make_up(size_t position, void* to, size_t bytes) {
  uint8_t* const values = (uint8_t*)to;
  for (size_t b = 0; b < bytes; ++b) {
    const uint32_t index = (uint32_t)(position + b);
    values[b] = (uint8_t)(((index * 1103515245U + 12345U) >> 16) + SELFTEST_INPUT_OFFSET);
  }
}

static void fill_inputs(harness_arena arena) {
  size_t position = 0;
  for (int i = 0; i < HARNESS_INPUTS; ++i) {
    const harness_values input = harness_input(arena, i);
    if (input.at != NULL) make_up(position, input.at, input.bytes);
    position += input.bytes;
  }
}

/* The program takes rows of an input: what this costs is no part of the model. */
int harness_supply(size_t position, void* to, size_t bytes) {
  const uint32_t now = DWT_CYCLES;
  const int interrupted = current;
  selftest_layer(-1);
  make_up(position, to, bytes);
  selftest_layer(interrupted);
  outside += DWT_CYCLES - now;
  return 0;
}

/* zlib's CRC-32 of all outputs. */
static uint32_t crc_of_outputs(harness_arena arena) {
  uint32_t crc = 0xFFFFFFFFU;
  for (int i = 0; i < HARNESS_OUTPUTS; ++i) {
    const harness_values output = harness_output(arena, i);
    const uint8_t* const bytes = (const uint8_t*)output.at;
    for (size_t b = 0; b < output.bytes; ++b) {
      crc ^= bytes[b];
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320U & (0U - (crc & 1U)));
    }
  }
  return ~crc;
}

static void print(const char* text) {
  while (*text != '\0') selftest_putchar(*text++);
}

static void print_number(uint32_t number) {
  char digits[11];
  int at = sizeof digits - 1;
  digits[at] = '\0';
  do {
    digits[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number != 0);
  print(digits + at);
}

static void print_field(const char* name, uint32_t number) {
  print(", \"");
  print(name);
  print("\": ");
  print_number(number);
}

static void report_layers(void) {
  for (int i = 0; i < SELFTEST_OPS; ++i) {
    const selftest_op* const op = &selftest_ops[i];
    print("{\"layer\": ");
    print_number((uint32_t)i);
    print(", \"op\": \"");
    print(op->name);
    print("\"");
    print_field("macs", op->macs);
    print_field("cycles", cycles[i]);
    print_field("model_cycles", op->model_cycles);
    print_field("taken_branches", op->taken_branches);
    print_field("loaded_words", op->loaded_words);
    print("}\n");
  }
}

int main(void) {
  harness_arena const arena = HARNESS_ARENA_OF(harness_pieces);
  uint32_t total = 0;
  uint32_t crc = 0;
  start_counter();
  for (int run = 0; run < selftest_runs; ++run) {
    harness_spoil_arena(0xA5);
    memset(cycles, 0, sizeof cycles);
    fill_inputs(arena);
    current = -1;
    total = DWT_CYCLES;
    outside = 0;
    (void)harness_invoke(arena);
    selftest_layer(-1);
    total = DWT_CYCLES - total - outside;
    crc = crc_of_outputs(arena);
  }
  print(SELFTEST_HEAD "\n");
  report_layers();
  print("{\"total_cycles\": ");
  print_number(total);
  print_field("output_crc32", crc);
  print_field("expected_crc32", SELFTEST_CRC32);
  print(crc == SELFTEST_CRC32 ? ", \"pass\": true}\n" : ", \"pass\": false}\n");
  return crc == SELFTEST_CRC32 ? 0 : 1;
}
