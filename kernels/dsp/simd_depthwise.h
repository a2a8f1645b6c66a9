/* simd_depthwise.h: the inner loop of depthwise convolutions over widened planes, dwconv_planes.h; with a C twin. */
#ifndef THIMBLE_SIMD_DEPTHWISE_H
#define THIMBLE_SIMD_DEPTHWISE_H

#include "simd.h"

/* A row of outputs of some channels of a depthwise convolution. In the order in which the assembly takes them. */
typedef struct {
  const uint32_t* taps; /* words [channels][size][(size + 1) / 2], two of each at stride 1: even, odd (dwconv_taps.h) */
  int8_t* out;          /* of the first channel; those of the others follow */
  int32_t count;        /* outputs of a channel, > 0 */
  int32_t out_ch;       /* bytes from one to the next */
  int32_t plane_bytes;  /* from a channel's row to the next one's */
  int32_t channels;     /* > 0 */
  const thimble_channel* channel;
} thimble_tap_rows;

/* Computes it from rows of int16: rows[size] are those under the taps of the first channel, beginning with its first
 * window. `size` is 5 or 7 and the stride 1 or 2, or 3 and 1: constants of the caller. Reads up to the window of the
 * last of whole blocks of four outputs.
 *
 * Four outputs take, for each row of taps, 3 loads or 4 and an addition for 2 * (size + 1) SMLAD, and 27 instructions
 * besides; what is left over goes two at a time. A channel takes 25 more.
 */
THIMBLE_INLINE void thimble_compute_tap_rows(const int8_t* const* rows, const thimble_tap_rows* block, int32_t size,
                                             int32_t stride) {
#if THIMBLE_HAS_DSP
  register const int8_t* const* r_rows __asm__("r0") = rows;
  register const thimble_tap_rows* r_block __asm__("r1") = block;
/* Accumulators r0-r3, place in the rows r4, taps r5; inputs from r6, taps up to lr. */
#define THIMBLE_MAC(acc, in, tap) "smlad " acc ", " in ", " tap ", " acc "\n"
#define THIMBLE_MAC4(in0, in1, even, odd) \
  THIMBLE_MAC("r0", in0, even) THIMBLE_MAC("r1", in0, odd) THIMBLE_MAC("r2", in1, even) THIMBLE_MAC("r3", in1, odd)
#define THIMBLE_MAC2(in, even, odd) THIMBLE_MAC("r0", in, even) THIMBLE_MAC("r1", in, odd)
/* The first products of all: the other accumulators start from r0, which holds the bias. */
#define THIMBLE_START(acc, in, tap) "smlad " acc ", " in ", " tap ", r0\n"
#define THIMBLE_START4(in0, in1, even, odd) \
  THIMBLE_START("r1", in0, odd)             \
  THIMBLE_START("r2", in1, even) THIMBLE_START("r3", in1, odd) THIMBLE_START("r0", in0, even)
#define THIMBLE_START2(in, even, odd) THIMBLE_START("r1", in, odd) THIMBLE_START("r0", in, even)
#define THIMBLE_SPREAD4(in0, in1, in2, in3, tap) \
  THIMBLE_MAC("r0", in0, tap) THIMBLE_MAC("r1", in1, tap) THIMBLE_MAC("r2", in2, tap) THIMBLE_MAC("r3", in3, tap)
#define THIMBLE_SPREAD2(in0, in1, tap) THIMBLE_MAC("r0", in0, tap) THIMBLE_MAC("r1", in1, tap)
#define THIMBLE_START_SPREAD4(in0, in1, in2, in3, tap) \
  THIMBLE_START("r1", in1, tap)                        \
  THIMBLE_START("r2", in2, tap) THIMBLE_START("r3", in3, tap) THIMBLE_START("r0", in0, tap)
#define THIMBLE_START_SPREAD2(in0, in1, tap) THIMBLE_START("r1", in1, tap) THIMBLE_START("r0", in0, tap)
/* Taps are loaded between the sum that is an address and the load from it, which would wait. */
#define THIMBLE_ROW(place, inputs, taps) "ldr r6, [sp, #" place "]\n add r6, r6, r4\n" taps "ldm r6, {" inputs "}\n"
#define THIMBLE_TAPS(list) "ldm r5!, {" list "}\n"

/* Rows of taps at `place` in the frame, for four outputs and for two; `first` is what multiplies the first words. */
#define THIMBLE_ROW_3S1(place, first)                                 \
  THIMBLE_ROW(place, "r6, r7, r8", THIMBLE_TAPS("r10, r11, r12, lr")) \
  first("r6", "r7", "r10", "r11") THIMBLE_MAC4("r7", "r8", "r12", "lr")
#define THIMBLE_PAIR_3S1(place, first)                            \
  THIMBLE_ROW(place, "r6, r7", THIMBLE_TAPS("r10, r11, r12, lr")) \
  first("r6", "r10", "r11") THIMBLE_MAC2("r7", "r12", "lr")
#define THIMBLE_ROW_5S1(place, first)                                                            \
  THIMBLE_ROW(place, "r6, r7, r8, r9", THIMBLE_TAPS("r10, r11, r12, lr"))                        \
  first("r6", "r7", "r10", "r11") THIMBLE_MAC4("r7", "r8", "r12", "lr") THIMBLE_TAPS("r10, r11") \
      THIMBLE_MAC4("r8", "r9", "r10", "r11")
#define THIMBLE_PAIR_5S1(place, first)                                \
  THIMBLE_ROW(place, "r6, r7, r8", THIMBLE_TAPS("r10, r11, r12, lr")) \
  first("r6", "r10", "r11") THIMBLE_MAC2("r7", "r12", "lr") THIMBLE_TAPS("r10, r11") THIMBLE_MAC2("r8", "r10", "r11")
#define THIMBLE_ROW_7S1(place, first)                                                                    \
  THIMBLE_ROW(place, "r6, r7, r8, r9, r10", THIMBLE_TAPS("r11, r12"))                                    \
  first("r6", "r7", "r11", "r12") THIMBLE_TAPS("r6, r11, r12, lr") THIMBLE_MAC4("r7", "r8", "r6", "r11") \
      THIMBLE_MAC4("r8", "r9", "r12", "lr") THIMBLE_TAPS("r11, r12") THIMBLE_MAC4("r9", "r10", "r11", "r12")
#define THIMBLE_PAIR_7S1(place, first)                                                        \
  THIMBLE_ROW(place, "r6, r7, r8, r9", THIMBLE_TAPS("r10, r11, r12, lr"))                     \
  first("r6", "r10", "r11") THIMBLE_MAC2("r7", "r12", "lr") THIMBLE_TAPS("r10, r11, r12, lr") \
      THIMBLE_MAC2("r8", "r10", "r11") THIMBLE_MAC2("r9", "r12", "lr")
#define THIMBLE_ROW_5S2(place, first)                                     \
  THIMBLE_ROW(place, "r6, r7, r8, r9, r10, r11", THIMBLE_TAPS("r12, lr")) \
  first("r6", "r7", "r8", "r9", "r12") THIMBLE_SPREAD4(                   \
      "r7", "r8", "r9", "r10", "lr") "ldr r12, [r5], #4\n" THIMBLE_SPREAD4("r8", "r9", "r10", "r11", "r12")
#define THIMBLE_PAIR_5S2(place, first)                               \
  THIMBLE_ROW(place, "r6, r7, r8, r9", THIMBLE_TAPS("r11, r12, lr")) \
  first("r6", "r7", "r11") THIMBLE_SPREAD2("r7", "r8", "r12") THIMBLE_SPREAD2("r8", "r9", "lr")
#define THIMBLE_ROW_7S2(place, first)                                                                                 \
  THIMBLE_ROW(place, "r6, r7, r8, r9, r10, r11, r12", "ldr lr, [r5], #4\n")                                           \
  first("r6", "r7", "r8", "r9", "lr") THIMBLE_TAPS("r6, lr") THIMBLE_SPREAD4("r7", "r8", "r9", "r10", "r6")           \
      THIMBLE_SPREAD4("r8", "r9", "r10", "r11", "lr") "ldr lr, [r5], #4\n" THIMBLE_SPREAD4("r9", "r10", "r11", "r12", \
                                                                                           "lr")
#define THIMBLE_PAIR_7S2(place, first)                                                 \
  THIMBLE_ROW(place, "r6, r7, r8, r9, r10", THIMBLE_TAPS("r11, r12"))                  \
  first("r6", "r7", "r11") THIMBLE_SPREAD2("r7", "r8", "r12") THIMBLE_TAPS("r11, r12") \
      THIMBLE_SPREAD2("r8", "r9", "r11") THIMBLE_SPREAD2("r9", "r10", "r12")

#define THIMBLE_ROWS_3(row, start, next) row("0", start) row("4", next) row("8", next)
#define THIMBLE_ROWS_5(row, start, next) THIMBLE_ROWS_3(row, start, next) row("12", next) row("16", next)
#define THIMBLE_ROWS_7(row, start, next) THIMBLE_ROWS_5(row, start, next) row("20", next) row("24", next)
#define THIMBLE_ROWS_S1(all_rows, row) all_rows(row, THIMBLE_START4, THIMBLE_MAC4)
#define THIMBLE_PAIRS_S1(all_rows, pair) all_rows(pair, THIMBLE_START2, THIMBLE_MAC2)
#define THIMBLE_ROWS_S2(all_rows, row) all_rows(row, THIMBLE_START_SPREAD4, THIMBLE_SPREAD4)
#define THIMBLE_PAIRS_S2(all_rows, pair) all_rows(pair, THIMBLE_START_SPREAD2, THIMBLE_SPREAD2)
/* acc to an output, by multiplier r6, addend r7, shift r8, outputs.h; in steps, because each waits for the one before
 */
#if THIMBLE_SINGLE_ROUNDING
#define THIMBLE_MULTIPLY(acc) "smmla " acc ", " acc ", r6, r7\n"
#define THIMBLE_SHIFT(acc) "asr " acc ", " acc ", r8\n"
#else
#define THIMBLE_MULTIPLY(acc) "smmlar " acc ", " acc ", r6, " acc "\n"
#define THIMBLE_SHIFT(acc) "smmlar " acc ", " acc ", r8, r7\n"
#endif
#define THIMBLE_SATURATE(acc) "ssat " acc ", #8, " acc "\n"
/* The stack from `frame` on, above the row pointers:
 *    0 taps of the channel
 *    4 multiplier, addend, shift, where the next output goes, outputs left, out_ch, 28 bias
 *   32 channels left, 36 the next one's scale
 *   40 out of the channel, 44 count, 48 place of the channel in the rows, 52 plane_bytes
 * Taps follow each other from channel to channel: r5 goes on where it ends. */
#define THIMBLE_TAP_ROWS(frame, row_list, rows, pairs, advance) \
  __asm__ volatile(                                                                                \
      "push {r7}\n"                                                                                \
      "ldm r1, {r2, r3, r4, r5, r6, r7, r8}\n"                                                     \
      "mov r9, #0\n"                                                                               \
      "sub sp, sp, #56\n"                                                                          \
      "str r2, [sp]\n"                                                                             \
      "str r5, [sp, #24]\n"                                                                        \
      "strd r7, r8, [sp, #32]\n"                                                                   \
      "strd r3, r4, [sp, #40]\n"                                                                   \
      "strd r9, r6, [sp, #48]\n"                                                                   \
      "ldm r0, {" row_list "}\n"                                                                   \
      "push {" row_list "}\n"                                                                      \
      "0:\n"                                                                                       \
      "ldr r0, [sp, #" frame " + 36]\n"                                                            \
      "ldm r0!, {r1, r2, r3, r5}\n"                                                                \
      "str r0, [sp, #" frame " + 36]\n"                                                            \
      "strd r1, r2, [sp, #" frame " + 4]\n"                                                        \
      "ldrd r9, r10, [sp, #" frame " + 40]\n"                                                      \
      "strd r3, r9, [sp, #" frame " + 12]\n"                                                       \
      "add r9, r9, #1\n"                                                                           \
      "str r9, [sp, #" frame " + 40]\n"                                                            \
      "str r10, [sp, #" frame " + 20]\n"                                                           \
      "str r5, [sp, #" frame " + 28]\n"                                                            \
      "ldr r4, [sp, #" frame " + 48]\n"                                                            \
      "cmp r10, #2\n"                                                                              \
      "ble 2f\n"                                                                                   \
      "1:\n"                                                                                       \
      "ldr r0, [sp, #" frame " + 28]\n"                                                            \
      "ldr r5, [sp, #" frame "]\n" rows                                                            \
      "add r6, sp, #" frame " + 4\n"                                                               \
      "ldm r6, {r6, r7, r8, r9, r10, r12}\n" THIMBLE_MULTIPLY("r0") THIMBLE_MULTIPLY("r1") \
      "add r4, r4, #" advance "\n" THIMBLE_MULTIPLY("r2") THIMBLE_SHIFT("r0") THIMBLE_MULTIPLY("r3") \
      "subs r10, r10, #4\n" THIMBLE_SHIFT("r1") THIMBLE_SHIFT("r2") THIMBLE_SATURATE("r0") THIMBLE_SHIFT("r3") \
      THIMBLE_SATURATE("r1") \
      "strb r0, [r9]\n" THIMBLE_SATURATE("r2") "strb r1, [r9, r12]\n" THIMBLE_SATURATE("r3") \
      "strb r2, [r9, r12, lsl #1]\n" \
      "add r9, r9, r12, lsl #1\n" \
      "it ge\n strbge r3, [r9, r12]\n" \
      "add r9, r9, r12, lsl #1\n" \
      "strd r9, r10, [sp, #" frame " + 16]\n" \
      "cmp r10, #2\n" \
      "bgt 1b\n"                                                                                   \
      "cmp r10, #0\n"                                                                              \
      "ble 3f\n"                                                                                   \
      "2:\n"                                                                                       \
      "ldr r0, [sp, #" frame " + 28]\n"                                                            \
      "ldr r5, [sp, #" frame "]\n" pairs                                                           \
      "add r6, sp, #" frame " + 4\n"                                                               \
      "ldm r6, {r6, r7, r8, r9, r10, r12}\n" THIMBLE_MULTIPLY("r0") THIMBLE_MULTIPLY("r1") \
      "cmp r10, #2\n" THIMBLE_SHIFT("r0") THIMBLE_SHIFT("r1") THIMBLE_SATURATE("r0") THIMBLE_SATURATE("r1") \
      "strb r0, [r9]\n" \
      "it ge\n strbge r1, [r9, r12]\n"                     \
      "3:\n"                                                                                       \
      "str r5, [sp, #" frame "]\n"                                                                 \
      "ldrd r4, r6, [sp, #" frame " + 48]\n"                                                       \
      "ldr r7, [sp, #" frame " + 32]\n"                                                            \
      "add r4, r4, r6\n"                                                                           \
      "str r4, [sp, #" frame " + 48]\n"                                                            \
      "subs r7, r7, #1\n"                                                                          \
      "str r7, [sp, #" frame " + 32]\n"                                                            \
      "bne 0b\n"                                                                                   \
      "add sp, sp, #" frame " + 56\n"                                                              \
      "pop {r7}\n"                                                                                 \
      : "+r"(r_rows), "+r"(r_block)                                                                \
      :                                                                                            \
      : "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")
  if (size == 3) {
    THIMBLE_TAP_ROWS("12", "r7, r8, r9", THIMBLE_ROWS_S1(THIMBLE_ROWS_3, THIMBLE_ROW_3S1),
                     THIMBLE_PAIRS_S1(THIMBLE_ROWS_3, THIMBLE_PAIR_3S1), "8");
  } else if (size == 5 && stride == 1) {
    THIMBLE_TAP_ROWS("20", "r7, r8, r9, r10, r11", THIMBLE_ROWS_S1(THIMBLE_ROWS_5, THIMBLE_ROW_5S1),
                     THIMBLE_PAIRS_S1(THIMBLE_ROWS_5, THIMBLE_PAIR_5S1), "8");
  } else if (size == 5) {
    THIMBLE_TAP_ROWS("20", "r7, r8, r9, r10, r11", THIMBLE_ROWS_S2(THIMBLE_ROWS_5, THIMBLE_ROW_5S2),
                     THIMBLE_PAIRS_S2(THIMBLE_ROWS_5, THIMBLE_PAIR_5S2), "16");
  } else if (stride == 1) {
    THIMBLE_TAP_ROWS("28", "r7, r8, r9, r10, r11, r12, lr", THIMBLE_ROWS_S1(THIMBLE_ROWS_7, THIMBLE_ROW_7S1),
                     THIMBLE_PAIRS_S1(THIMBLE_ROWS_7, THIMBLE_PAIR_7S1), "8");
  } else {
    THIMBLE_TAP_ROWS("28", "r7, r8, r9, r10, r11, r12, lr", THIMBLE_ROWS_S2(THIMBLE_ROWS_7, THIMBLE_ROW_7S2),
                     THIMBLE_PAIRS_S2(THIMBLE_ROWS_7, THIMBLE_PAIR_7S2), "16");
  }
#undef THIMBLE_MULTIPLY
#undef THIMBLE_SHIFT
#undef THIMBLE_SATURATE
#else
  const int32_t words = (size + 1) / 2;
  const int32_t kinds = stride == 1 ? 2 : 1; /* of taps */
  const uint32_t* taps = block->taps;
  int32_t c, x, ky, j;
  for (c = 0; c < block->channels; ++c, taps += size * words * kinds) {
    for (x = 0; x < block->count; ++x) {
      const int32_t odd = stride == 1 ? x % 2 : 0;
      const int32_t first = x * stride / 2; /* the word where the window, or the half before it, begins */
      int32_t acc = block->channel[c].bias;
      for (ky = 0; ky < size; ++ky) {
        const uint32_t* const in = (const uint32_t*)(const void*)(rows[ky] + c * block->plane_bytes) + first;
        for (j = 0; j < words; ++j) acc = thimble_smlad(in[j], taps[(ky * words + j) * kinds + odd], acc);
      }
      block->out[c + x * block->out_ch] = thimble_output(&block->channel[c], acc);
    }
  }
#endif
}

#endif
