/* simd_windows.h: the inner loops of depthwise convolutions by 3x3 kernels, dwconv_windows.h; with a C twin. */
#ifndef THIMBLE_SIMD_WINDOWS_H
#define THIMBLE_SIMD_WINDOWS_H

#include "simd.h"

#define THIMBLE_WINDOW_TAPS 9   /* words of taps for one row of outputs: the first three again after the sixth */
#define THIMBLE_WINDOW_COLUMN 8 /* words of a column: two of each of four channels */

/* Rows of outputs of some channels; the windows of each row follow those of the one before. In the order in which the
 * assembly keeps them. */
typedef struct {
  const uint32_t* taps;    /* of the first channel: three that multiply the first word of three columns, three for the
                            * second */
  const uint32_t* columns; /* words [column][4 channels][2] */
  int32_t* sums;           /* room for the channel's sums of all rows: their number rounded up to a multiple of 3 */
  const thimble_channel* channel;
  int8_t* out;
  int32_t out_ch;          /* bytes from an output to the next */
  const int32_t* last_sum; /* of those */
  int32_t count;           /* outputs of a row of a channel, > 0 */
  int32_t channels;        /* > 0 */
  int32_t rows;            /* > 0 */
  int32_t to_sums;         /* from behind the last whole four outputs of a row to the next row: bytes of sums, */
  int32_t to_out;          /* and of the output */
} thimble_window_rows;

/* Computes them. The taps of a channel follow those of the one before, `tap_rows` * THIMBLE_WINDOW_TAPS words later.
 * Reads three columns (stride 2: five) beyond the last output's. `stride` (1 or 2) and `tap_rows` are constants.
 *
 * An output takes 6 SMLAD, 2 loads (4), a store, and 4.25 instructions to requantize; a channel 45 besides, a row 10.
 */
THIMBLE_INLINE void thimble_compute_window_rows(const thimble_window_rows* rows, int32_t stride, int32_t tap_rows) {
#if THIMBLE_HAS_DSP
  register const thimble_window_rows* r_rows __asm__("r0") = rows;
/* Sums r0-r2, columns at r3, to r4; bias r5, taps r6-r8 of the first words of three columns, r9-r11 of the second.
 * THIMBLE_COLUMN: a column, of stride 1: the last one of sum `last`, the middle one of `middle`, the first of `first`.
 * THIMBLE_COLUMNS: two, of stride 2: the middle one and the last one of `sum`, which is the first one of `next`. */
#if THIMBLE_SINGLE_ISSUE
/* Loads and the store stand together, which takes a cycle each; simd_block.h. */
#define THIMBLE_ALIGN ".balign 4\n"
#define THIMBLE_LOAD(first, second) "ldr r12, [r3, #" first "]\nldr lr, [r3, #" second "\n"
#define THIMBLE_COLUMN(last, middle, first, load) \
  "smlad " last ", r12, r8, " last                \
  "\n"                                            \
  "smlad " last ", lr, r11, " last                \
  "\n"                                            \
  "smlad " middle ", r12, r7, " middle            \
  "\n"                                            \
  "smlad " middle ", lr, r10, " middle            \
  "\n"                                            \
  "smlad " first                                  \
  ", r12, r6, r5\n"                               \
  "smlad " first ", lr, r9, " first "\n" load "str " last ", [r4], #4\n"
#define THIMBLE_SUMS_S1   \
  THIMBLE_LOAD("0", "4]") \
  "smlad r0, r12, r6, r5\n" \
  "smlad r0, lr, r9, r0\n" \
  THIMBLE_LOAD("32", "36]") \
  "smlad r0, r12, r7, r0\n" \
  "smlad r0, lr, r10, r0\n" \
  "smlad r1, r12, r6, r5\n" \
  "smlad r1, lr, r9, r1\n" \
  THIMBLE_LOAD("64", "68]!") THIMBLE_ALIGN \
  "2:\n" THIMBLE_COLUMN("r0", "r1", "r2", THIMBLE_LOAD("28", "32]")) \
  THIMBLE_COLUMN("r1", "r2", "r0", THIMBLE_LOAD("60", "64]")) \
  "ldr r1, [sp, #24]\n" \
  "cmp r4, r1\n" \
  THIMBLE_COLUMN("r2", "r0", "r1", THIMBLE_LOAD("92", "96]!")) "bne.w 2b\n"
#define THIMBLE_COLUMNS(sum, next, load, next_load)                       \
  "smlad " sum ", r12, r7, " sum                                          \
  "\n"                                                                    \
  "smlad " sum ", lr, r10, " sum "\n" load "smlad " sum ", r12, r8, " sum \
  "\n"                                                                    \
  "smlad " sum ", lr, r11, " sum                                          \
  "\n"                                                                    \
  "smlad " next                                                           \
  ", r12, r6, r5\n"                                                       \
  "smlad " next ", lr, r9, " next "\n" next_load "str " sum ", [r4], #4\n"
#define THIMBLE_SUMS_S2   \
  THIMBLE_LOAD("0", "4]") \
  "smlad r0, r12, r6, r5\n" \
  "smlad r0, lr, r9, r0\n" \
  THIMBLE_LOAD("32", "36]!") THIMBLE_ALIGN \
  "2:\n" THIMBLE_COLUMNS("r0", "r1", THIMBLE_LOAD("28", "32]"), THIMBLE_LOAD("60", "64]")) \
  THIMBLE_COLUMNS("r1", "r2", THIMBLE_LOAD("92", "96]"), THIMBLE_LOAD("124", "128]")) \
  THIMBLE_COLUMNS("r2", "r0", THIMBLE_LOAD("156", "160]"), "ldr r1, [sp, #24]\n" THIMBLE_LOAD("188", "192]!")) \
  "cmp.w r4, r1\n" \
  "ble.w 2b\n"
#else
#define THIMBLE_ALIGN ""
#define THIMBLE_FIRST_WORD "ldr r12, [r3], #4\n"
#define THIMBLE_SECOND_WORD "ldr lr, [r3], #28\n"
#define THIMBLE_COLUMN(last, middle, first)                                                                      \
  "smlad " last ", r12, r8, " last                                                                               \
  "\n"                                                                                                           \
  "smlad " last ", lr, r11, " last                                                                               \
  "\n"                                                                                                           \
  "smlad " middle ", r12, r7, " middle                                                                           \
  "\n"                                                                                                           \
  "smlad " middle ", lr, r10, " middle                                                                           \
  "\n"                                                                                                           \
  "smlad " first ", r12, r6, r5\n" THIMBLE_FIRST_WORD "smlad " first ", lr, r9, " first "\n" THIMBLE_SECOND_WORD \
  "str " last ", [r4], #4\n"
/* The last column of a round, which finds out whether it was the last one. */
#define THIMBLE_LAST_COLUMN(last, middle, first)                                                                 \
  "smlad " last ", r12, r8, " last                                                                               \
  "\n"                                                                                                           \
  "ldr " first                                                                                                   \
  ", [sp, #24]\n"                                                                                                \
  "smlad " last ", lr, r11, " last                                                                               \
  "\n"                                                                                                           \
  "smlad " middle ", r12, r7, " middle                                                                           \
  "\n"                                                                                                           \
  "cmp r4, " first                                                                                               \
  "\n"                                                                                                           \
  "smlad " middle ", lr, r10, " middle                                                                           \
  "\n"                                                                                                           \
  "smlad " first ", r12, r6, r5\n" THIMBLE_FIRST_WORD "smlad " first ", lr, r9, " first "\n" THIMBLE_SECOND_WORD \
  "str " last ", [r4], #4\n"
#define THIMBLE_SUMS_S1                                                                         \
  THIMBLE_FIRST_WORD THIMBLE_SECOND_WORD                                                        \
      "smlad r0, r12, r6, r5\n" THIMBLE_FIRST_WORD "smlad r0, lr, r9, r0\n" THIMBLE_SECOND_WORD \
      "smlad r0, r12, r7, r0\n"                                                                 \
      "smlad r0, lr, r10, r0\n"                                                                 \
      "smlad r1, r12, r6, r5\n" THIMBLE_FIRST_WORD "smlad r1, lr, r9, r1\n" THIMBLE_SECOND_WORD \
      "2:\n" THIMBLE_COLUMN("r0", "r1", "r2") THIMBLE_COLUMN("r1", "r2", "r0")                  \
          THIMBLE_LAST_COLUMN("r2", "r0", "r1") "bne 2b\n"
#define THIMBLE_COLUMNS(sum, next)                                                                          \
  "smlad " sum ", r12, r7, " sum                                                                            \
  "\n"                                                                                                      \
  "smlad " sum ", lr, r10, " sum "\n" THIMBLE_FIRST_WORD THIMBLE_SECOND_WORD "smlad " sum ", r12, r8, " sum \
  "\n"                                                                                                      \
  "smlad " sum ", lr, r11, " sum                                                                            \
  "\n"                                                                                                      \
  "smlad " next                                                                                             \
  ", r12, r6, r5\n"                                                                                         \
  "smlad " next ", lr, r9, " next "\n" THIMBLE_FIRST_WORD THIMBLE_SECOND_WORD "str " sum ", [r4], #4\n"
#define THIMBLE_SUMS_S2 \
  THIMBLE_FIRST_WORD THIMBLE_SECOND_WORD  \
  "smlad r0, r12, r6, r5\n" THIMBLE_FIRST_WORD \
  "smlad r0, lr, r9, r0\n" THIMBLE_SECOND_WORD \
  "2:\n" THIMBLE_COLUMNS("r0", "r1") THIMBLE_COLUMNS("r1", "r2") \
  "ldr r1, [sp, #24]\n" \
  THIMBLE_COLUMNS("r2", "r0") \
  "cmp r4, r1\n" \
  "ble 2b\n"
#endif
/* A sum to an output, by multiplier r5, addend r6, shift r7, outputs.h; in steps, because each waits for the one
 * before. */
#if THIMBLE_SINGLE_ROUNDING
#define THIMBLE_MULTIPLY(acc) "smmla " acc ", " acc ", r5, r6\n"
#define THIMBLE_SHIFT(acc) "asr " acc ", " acc ", r7\n"
#else
#define THIMBLE_MULTIPLY(acc) "smmlar " acc ", " acc ", r5, " acc "\n"
#define THIMBLE_SHIFT(acc) "smmlar " acc ", " acc ", r7, r6\n"
#endif
#define THIMBLE_SATURATE(acc) "ssat " acc ", #8, " acc "\n"
/* Outputs at r8, r9 apart, of which r10 are left in one of lr rows. */
#define THIMBLE_WINDOW_ROWS(sums, tap_bytes) \
  __asm__ volatile( \
      "push {r7}\n" \
      "ldm r0, {r1, r2, r3, r4, r5, r6, r8, r9, r10, r11, r12, lr}\n" \
      "push {r1, r2, r3, r4, r5, r6, r8, r9, r10, r11, r12, lr}\n" \
      "1:\n" \
      "ldm sp, {r0, r3, r4, r5}\n" \
      "ldm r0, {r6, r7, r8, r9, r10, r11}\n" \
      "add r0, r0, #" tap_bytes "\n" \
      "ldr r5, [r5, #12]\n" \
      "add r12, r3, #8\n" \
      "strd r0, r12, [sp]\n" sums \
      "ldrd r3, r4, [sp, #8]\n" \
      "ldr lr, [sp, #36]\n" \
      "ldrd r8, r9, [sp, #16]\n" \
      "ldm r4!, {r5, r6, r7, r12}\n" \
      "add r0, r8, #1\n" \
      "add r11, r9, r9, lsl #1\n" \
      "strd r4, r0, [sp, #12]\n" \
      "ldr r10, [sp, #28]\n" \
      "subs r10, r10, #4\n" \
      "blt 4f\n" THIMBLE_ALIGN \
      "3:\n" \
      "ldm.w r3!, {r0, r1, r2, r12}\n" \
      THIMBLE_MULTIPLY("r0") THIMBLE_MULTIPLY("r1") THIMBLE_MULTIPLY("r2") THIMBLE_SHIFT("r0") \
      THIMBLE_MULTIPLY("r12") THIMBLE_SHIFT("r1") \
      "subs r10, r10, #4\n" THIMBLE_SHIFT("r2") THIMBLE_SATURATE("r0") THIMBLE_SHIFT("r12") \
      THIMBLE_SATURATE("r1") \
      "strb r0, [r8]\n" THIMBLE_SATURATE("r2") \
      "strb r1, [r8, r9]\n" THIMBLE_SATURATE("r12") \
      "strb r2, [r8, r9, lsl #1]\n" \
      "strb r12, [r8, r11]\n" \
      "add r8, r8, r9, lsl #2\n" \
      "bge 3b\n" \
      "4:\n" \
      "cmn r10, #4\n" \
      "beq 5f\n" \
      "lsls r10, r10, #31\n" \
      "bcc 8f\n" \
      "ldrd r0, r1, [r3]\n" \
      THIMBLE_MULTIPLY("r0") THIMBLE_MULTIPLY("r1") THIMBLE_SHIFT("r0") THIMBLE_SHIFT("r1") THIMBLE_SATURATE("r0") \
      THIMBLE_SATURATE("r1") \
      "strb r0, [r8]\n" \
      "strb r1, [r8, r9]\n" \
      "bpl 5f\n" \
      "ldr r0, [r3, #8]\n" THIMBLE_MULTIPLY("r0") THIMBLE_SHIFT("r0") THIMBLE_SATURATE("r0") \
      "strb r0, [r8, r9, lsl #1]\n" \
      "b 5f\n" \
      "8:\n" \
      "ldr r0, [r3]\n" THIMBLE_MULTIPLY("r0") THIMBLE_SHIFT("r0") THIMBLE_SATURATE("r0") \
      "strb r0, [r8]\n" \
      "5:\n" \
      "subs lr, lr, #1\n" \
      "beq 7f\n" \
      "ldrd r0, r1, [sp, #40]\n" \
      "ldr r10, [sp, #28]\n" \
      "add r3, r3, r0\n" \
      "add r8, r8, r1\n" \
      "subs r10, r10, #4\n" \
      "bge 3b\n" \
      "b 4b\n" \
      "7:\n" \
      "ldr r0, [sp, #32]\n" \
      "subs r0, r0, #1\n" \
      "str r0, [sp, #32]\n" \
      "bne 1b\n" \
      "add sp, sp, #48\n" \
      "pop {r7}\n" \
      : "+r"(r_rows) \
      : \
      : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")
  if (stride == 1 && tap_rows == 2) {
    THIMBLE_WINDOW_ROWS(THIMBLE_SUMS_S1, "72");
  } else {
    THIMBLE_WINDOW_ROWS(THIMBLE_SUMS_S2, "36");
  }
#if THIMBLE_SINGLE_ISSUE
#undef THIMBLE_LOAD
#else
#undef THIMBLE_FIRST_WORD
#undef THIMBLE_SECOND_WORD
#undef THIMBLE_LAST_COLUMN
#endif
#undef THIMBLE_ALIGN
#undef THIMBLE_COLUMN
#undef THIMBLE_COLUMNS
#undef THIMBLE_SUMS_S1
#undef THIMBLE_SUMS_S2
#undef THIMBLE_MULTIPLY
#undef THIMBLE_SHIFT
#undef THIMBLE_SATURATE
#undef THIMBLE_WINDOW_ROWS
#else
  const int32_t fours = rows->count & ~3;
  const int32_t row_columns = stride * (rows->to_sums / 4 + fours);
  const int32_t row_bytes = rows->to_out + fours * rows->out_ch;
  int32_t c, r, x, k;
  for (c = 0; c < rows->channels; ++c) {
    const uint32_t* const taps = rows->taps + c * tap_rows * THIMBLE_WINDOW_TAPS;
    for (r = 0; r < rows->rows; ++r) {
      const uint32_t* column = rows->columns + 2 * c + r * row_columns * THIMBLE_WINDOW_COLUMN;
      int8_t* const out = rows->out + c + r * row_bytes;
      for (x = 0; x < rows->count; ++x, column += stride * THIMBLE_WINDOW_COLUMN) {
        int32_t sum = rows->channel[c].bias;
        for (k = 0; k < 3; ++k) {
          sum = thimble_smlad(column[k * THIMBLE_WINDOW_COLUMN], taps[k], sum);
          sum = thimble_smlad(column[k * THIMBLE_WINDOW_COLUMN + 1], taps[3 + k], sum);
        }
        out[x * rows->out_ch] = thimble_output(&rows->channel[c], sum);
      }
    }
  }
#endif
}

#endif
