/* simd_depthwise.h: the inner loop of depthwise convolutions over widened planes, dwconv_planes.h; with a C twin. */
#ifndef THIMBLE_SIMD_DEPTHWISE_H
#define THIMBLE_SIMD_DEPTHWISE_H

#include "simd.h"

/* A row of `count` outputs of one channel of a depthwise convolution, out_ch bytes apart, from rows of int16.
 *
 * rows    [size] the rows under the taps; the first window begins at byte `at` of each, a multiple of 4
 * taps    words [size][(size + 1) / 2], and two of each at stride 1: even, odd (dwconv_planes.h)
 * size    3, 5 or 7; stride 1 or 2: constants of the caller
 * Reads up to the window of the last of whole blocks of four outputs. Four outputs take, for each row of taps, 3 loads
 * or 4 and an addition for 2 * (size + 1) SMLAD, and 35 instructions besides; what is left over goes two at a time.
 */
THIMBLE_INLINE void thimble_taps_row(const int8_t* const* rows, int32_t at, const uint32_t* taps,
                                     const thimble_channel* channel, int8_t* out, int32_t out_ch, int32_t count,
                                     int32_t size, int32_t stride) {
#if THIMBLE_HAS_DSP
  register const int8_t* const* r_rows __asm__("r0") = rows;
  register const thimble_channel* r_channel __asm__("r1") = channel;
  register const uint32_t* r_taps __asm__("r2") = taps;
  register int8_t* r_out __asm__("r3") = out;
  register int32_t r_at __asm__("r4") = at;
  register int32_t r_out_ch __asm__("r5") = out_ch;
  register int32_t r_count __asm__("r6") = count;
/* Accumulators r0-r3, place in the rows r4, taps r5; inputs from r6, taps up to lr. */
#define THIMBLE_MAC(acc, in, tap) "smlad " acc ", " in ", " tap ", " acc "\n"
#define THIMBLE_MAC4(in0, in1, even, odd) \
  THIMBLE_MAC("r0", in0, even) THIMBLE_MAC("r1", in0, odd) THIMBLE_MAC("r2", in1, even) THIMBLE_MAC("r3", in1, odd)
#define THIMBLE_MAC2(in, even, odd) THIMBLE_MAC("r0", in, even) THIMBLE_MAC("r1", in, odd)
#define THIMBLE_SPREAD4(in0, in1, in2, in3, tap) \
  THIMBLE_MAC("r0", in0, tap) THIMBLE_MAC("r1", in1, tap) THIMBLE_MAC("r2", in2, tap) THIMBLE_MAC("r3", in3, tap)
#define THIMBLE_SPREAD2(in0, in1, tap) THIMBLE_MAC("r0", in0, tap) THIMBLE_MAC("r1", in1, tap)
#define THIMBLE_ROW(place, inputs) "ldr r6, [sp, #" place "]\n add r6, r6, r4\n ldm r6, {" inputs "}\n"
#define THIMBLE_TAPS(list) "ldm r5!, {" list "}\n"

#define THIMBLE_ROW_3S1(place)     \
  THIMBLE_ROW(place, "r6, r7, r8") \
  THIMBLE_TAPS("r10, r11, r12, lr") THIMBLE_MAC4("r6", "r7", "r10", "r11") THIMBLE_MAC4("r7", "r8", "r12", "lr")
#define THIMBLE_PAIR_3S1(place) \
  THIMBLE_ROW(place, "r6, r7")  \
  THIMBLE_TAPS("r10, r11, r12, lr") THIMBLE_MAC2("r6", "r10", "r11") THIMBLE_MAC2("r7", "r12", "lr")
#define THIMBLE_ROW_5S1(place)           \
  THIMBLE_ROW(place, "r6, r7, r8, r9")   \
  THIMBLE_TAPS("r10, r11, r12, lr")      \
  THIMBLE_MAC4("r6", "r7", "r10", "r11") \
  THIMBLE_MAC4("r7", "r8", "r12", "lr") THIMBLE_TAPS("r10, r11") THIMBLE_MAC4("r8", "r9", "r10", "r11")
#define THIMBLE_PAIR_5S1(place)     \
  THIMBLE_ROW(place, "r6, r7, r8")  \
  THIMBLE_TAPS("r10, r11, r12, lr") \
  THIMBLE_MAC2("r6", "r10", "r11")  \
  THIMBLE_MAC2("r7", "r12", "lr") THIMBLE_TAPS("r10, r11") THIMBLE_MAC2("r8", "r10", "r11")
#define THIMBLE_ROW_7S1(place)              \
  THIMBLE_ROW(place, "r6, r7, r8, r9, r10") \
  THIMBLE_TAPS("r11, r12")                  \
  THIMBLE_MAC4("r6", "r7", "r11", "r12")    \
  THIMBLE_TAPS("r6, r11, r12, lr")          \
  THIMBLE_MAC4("r7", "r8", "r6", "r11")     \
  THIMBLE_MAC4("r8", "r9", "r12", "lr") THIMBLE_TAPS("r11, r12") THIMBLE_MAC4("r9", "r10", "r11", "r12")
#define THIMBLE_PAIR_7S1(place)        \
  THIMBLE_ROW(place, "r6, r7, r8, r9") \
  THIMBLE_TAPS("r10, r11, r12, lr")    \
  THIMBLE_MAC2("r6", "r10", "r11")     \
  THIMBLE_MAC2("r7", "r12", "lr")      \
  THIMBLE_TAPS("r10, r11, r12, lr") THIMBLE_MAC2("r8", "r10", "r11") THIMBLE_MAC2("r9", "r12", "lr")
#define THIMBLE_ROW_3S2(place)              \
  THIMBLE_ROW(place, "r6, r7, r8, r9, r10") \
  THIMBLE_TAPS("r11, r12")                  \
  THIMBLE_SPREAD4("r6", "r7", "r8", "r9", "r11") THIMBLE_SPREAD4("r7", "r8", "r9", "r10", "r12")
#define THIMBLE_PAIR_3S2(place)    \
  THIMBLE_ROW(place, "r6, r7, r8") \
  THIMBLE_TAPS("r11, r12") THIMBLE_SPREAD2("r6", "r7", "r11") THIMBLE_SPREAD2("r7", "r8", "r12")
#define THIMBLE_ROW_5S2(place)                   \
  THIMBLE_ROW(place, "r6, r7, r8, r9, r10, r11") \
  THIMBLE_TAPS("r12, lr")                        \
  THIMBLE_SPREAD4("r6", "r7", "r8", "r9", "r12") \
  THIMBLE_SPREAD4("r7", "r8", "r9", "r10", "lr") "ldr r12, [r5], #4\n" THIMBLE_SPREAD4("r8", "r9", "r10", "r11", "r12")
#define THIMBLE_PAIR_5S2(place)        \
  THIMBLE_ROW(place, "r6, r7, r8, r9") \
  THIMBLE_TAPS("r11, r12, lr")         \
  THIMBLE_SPREAD2("r6", "r7", "r11") THIMBLE_SPREAD2("r7", "r8", "r12") THIMBLE_SPREAD2("r8", "r9", "lr")
#define THIMBLE_ROW_7S2(place)                                                              \
  THIMBLE_ROW(place, "r6, r7, r8, r9, r10, r11, r12")                                       \
  "ldr lr, [r5], #4\n" THIMBLE_SPREAD4("r6", "r7", "r8", "r9", "lr") THIMBLE_TAPS("r6, lr") \
      THIMBLE_SPREAD4("r7", "r8", "r9", "r10", "r6") THIMBLE_SPREAD4(                       \
          "r8", "r9", "r10", "r11", "lr") "ldr lr, [r5], #4\n" THIMBLE_SPREAD4("r9", "r10", "r11", "r12", "lr")
#define THIMBLE_PAIR_7S2(place)             \
  THIMBLE_ROW(place, "r6, r7, r8, r9, r10") \
  THIMBLE_TAPS("r11, r12")                  \
  THIMBLE_SPREAD2("r6", "r7", "r11")        \
  THIMBLE_SPREAD2("r7", "r8", "r12")        \
  THIMBLE_TAPS("r11, r12") THIMBLE_SPREAD2("r8", "r9", "r11") THIMBLE_SPREAD2("r9", "r10", "r12")

#define THIMBLE_ROWS_3(row) row("0") row("4") row("8")
#define THIMBLE_ROWS_5(row) THIMBLE_ROWS_3(row) row("12") row("16")
#define THIMBLE_ROWS_7(row) THIMBLE_ROWS_5(row) row("20") row("24")
/* acc to an output in r11, by multiplier r6, rounding r7, shift r8 */
#define THIMBLE_REQUANTIZE(acc)                      \
  "smmlar r11, " acc ", r6, r7\n add r11, r11, " acc \
  ", asr #31\n"                                      \
  "asr r11, r11, r8\n ssat r11, #8, r11\n"
/* The stack from `frame` on, above the row pointers: taps, out, out_ch, count, multiplier, rounding, shift, bias. */
#define THIMBLE_TAPS_ROW(frame, row_list, all_rows, row, pair, advance) \
  __asm__ volatile(                                                                                \
      "push {r7}\n"                                                                                \
      "ldm r1, {r7, r8, r9, r10}\n"                                                                \
      "push {r2, r3, r5, r6, r7, r8, r9, r10}\n"                                                   \
      "cmp r6, #2\n"                                                                               \
      "ldm r0, {" row_list "}\n"                                                                   \
      "push {" row_list "}\n"                                                                      \
      "ble 2f\n"                                                                                   \
      "1:\n"                                                                                       \
      "ldr r0, [sp, #" frame " + 28]\n"                                                            \
      "ldr r5, [sp, #" frame "]\n"                                                                 \
      "mov r1, r0\n mov r2, r0\n mov r3, r0\n" all_rows(row)                                       \
      "ldrd r6, r7, [sp, #" frame " + 16]\n"                                                       \
      "ldr r8, [sp, #" frame " + 24]\n"                                                            \
      "ldrd r9, r10, [sp, #" frame " + 4]\n"                                                       \
      "ldr r12, [sp, #" frame " + 12]\n" THIMBLE_REQUANTIZE("r0") "strb r11, [r9]\n"               \
      THIMBLE_REQUANTIZE("r1") "strb r11, [r9, r10]\n"                                             \
      THIMBLE_REQUANTIZE("r2") "strb r11, [r9, r10, lsl #1]\n"                                     \
      "add r9, r9, r10, lsl #1\n"                                                                  \
      "cmp r12, #4\n" THIMBLE_REQUANTIZE("r3") "it ge\n strbge r11, [r9, r10]\n"                   \
      "add r9, r9, r10, lsl #1\n"                                                                  \
      "sub r12, r12, #4\n"                                                                         \
      "str r9, [sp, #" frame " + 4]\n"                                                             \
      "str r12, [sp, #" frame " + 12]\n"                                                           \
      "add r4, r4, #" advance "\n"                                                                 \
      "cmp r12, #2\n"                                                                              \
      "bgt 1b\n"                                                                                   \
      "cmp r12, #0\n"                                                                              \
      "ble 3f\n"                                                                                   \
      "2:\n"                                                                                       \
      "ldr r0, [sp, #" frame " + 28]\n"                                                            \
      "ldr r5, [sp, #" frame "]\n"                                                                 \
      "mov r1, r0\n" all_rows(pair)                                                                \
      "ldrd r6, r7, [sp, #" frame " + 16]\n"                                                       \
      "ldr r8, [sp, #" frame " + 24]\n"                                                            \
      "ldrd r9, r10, [sp, #" frame " + 4]\n"                                                       \
      "ldr r12, [sp, #" frame " + 12]\n" THIMBLE_REQUANTIZE("r0") "strb r11, [r9]\n"               \
      "cmp r12, #2\n" THIMBLE_REQUANTIZE("r1") "it ge\n strbge r11, [r9, r10]\n"                   \
      "3:\n"                                                                                       \
      "add sp, sp, #" frame " + 32\n"                                                              \
      "pop {r7}\n"                                                                                 \
      : "+r"(r_rows), "+r"(r_channel), "+r"(r_taps), "+r"(r_out), "+r"(r_at), "+r"(r_out_ch), "+r"(r_count) \
      :                                                                                            \
      : "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")
  if (size == 3 && stride == 1) {
    THIMBLE_TAPS_ROW("12", "r7, r8, r9", THIMBLE_ROWS_3, THIMBLE_ROW_3S1, THIMBLE_PAIR_3S1, "8");
  } else if (size == 3) {
    THIMBLE_TAPS_ROW("12", "r7, r8, r9", THIMBLE_ROWS_3, THIMBLE_ROW_3S2, THIMBLE_PAIR_3S2, "16");
  } else if (size == 5 && stride == 1) {
    THIMBLE_TAPS_ROW("20", "r7, r8, r9, r10, r11", THIMBLE_ROWS_5, THIMBLE_ROW_5S1, THIMBLE_PAIR_5S1, "8");
  } else if (size == 5) {
    THIMBLE_TAPS_ROW("20", "r7, r8, r9, r10, r11", THIMBLE_ROWS_5, THIMBLE_ROW_5S2, THIMBLE_PAIR_5S2, "16");
  } else if (stride == 1) {
    THIMBLE_TAPS_ROW("28", "r7, r8, r9, r10, r11, r12, lr", THIMBLE_ROWS_7, THIMBLE_ROW_7S1, THIMBLE_PAIR_7S1, "8");
  } else {
    THIMBLE_TAPS_ROW("28", "r7, r8, r9, r10, r11, r12, lr", THIMBLE_ROWS_7, THIMBLE_ROW_7S2, THIMBLE_PAIR_7S2, "16");
  }
#else
  const int32_t words = (size + 1) / 2;
  int32_t x, j;
  for (x = 0; x < count; ++x, out += out_ch) {
    const int odd = stride == 1 && x % 2 == 1;
    const int32_t first = stride == 1 ? x / 2 : x; /* the word where the window, or the half before it, begins */
    int32_t twice = channel->twice_bias;
    int32_t ky;
    for (ky = 0; ky < size; ++ky) {
      const uint32_t* const in = (const uint32_t*)(const void*)(rows[ky] + at) + first;
      const uint32_t* const row_taps = taps + ky * words * (stride == 1 ? 2 : 1);
      for (j = 0; j < words; ++j) {
        twice = thimble_smlad(in[j], row_taps[stride == 1 ? 2 * j + odd : j], twice);
      }
    }
    *out = thimble_output_of_twice(channel, twice);
  }
#endif
}

#endif
