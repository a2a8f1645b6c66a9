/* simd.h: instructions of Armv7E-M, each with a twin in portable C of the same result.
 *
 * The only header of dsp kernels with __asm__. Words hold two int16 (low half first) or four int8 (lowest byte first).
 * Where the compiler does not target a core with these instructions, the twins run: so kernels are tested on the host.
 */
#ifndef THIMBLE_SIMD_H
#define THIMBLE_SIMD_H

#include "../generic/types.h"

#if defined(__ARM_FEATURE_DSP) && defined(__ARM_ARCH_PROFILE) && defined(__thumb2__) && defined(__GNUC__)
#define THIMBLE_HAS_DSP 1
#else
#define THIMBLE_HAS_DSP 0
#endif

/* For what must be part of its caller, because the caller's constants shape it. */
#if defined(__GNUC__)
#define THIMBLE_INLINE static inline __attribute__((always_inline))
#else
#define THIMBLE_INLINE static inline
#endif

/* Loads and stores of a word at any address; Armv7E-M takes unaligned ones. */
THIMBLE_INLINE uint32_t thimble_load_word(const void* at) {
  uint32_t word;
  memcpy(&word, at, sizeof word);
  return word;
}
THIMBLE_INLINE void thimble_store_word(void* at, uint32_t word) { memcpy(at, &word, sizeof word); }
THIMBLE_INLINE void thimble_store_half(void* at, int32_t value) {
  const int16_t half = (int16_t)value;
  memcpy(at, &half, sizeof half);
}

THIMBLE_INLINE int32_t thimble_low_half(uint32_t word) { return (int16_t)(uint16_t)word; }
THIMBLE_INLINE int32_t thimble_high_half(uint32_t word) { return (int16_t)(uint16_t)(word >> 16); }
THIMBLE_INLINE uint32_t thimble_halves(int32_t low, int32_t high) {
  return (uint32_t)(uint16_t)low | (uint32_t)high << 16;
}

/* Bytes 0 and 2, sign-extended. */
THIMBLE_INLINE uint32_t thimble_sxtb16(uint32_t bytes) {
#if THIMBLE_HAS_DSP
  uint32_t halves;
  __asm__("sxtb16 %0, %1" : "=r"(halves) : "r"(bytes));
  return halves;
#else
  return thimble_halves((int8_t)(uint8_t)bytes, (int8_t)(uint8_t)(bytes >> 16));
#endif
}

/* Bytes 1 and 3, sign-extended. */
THIMBLE_INLINE uint32_t thimble_sxtb16_odd(uint32_t bytes) {
#if THIMBLE_HAS_DSP
  uint32_t halves;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(halves) : "r"(bytes));
  return halves;
#else
  return thimble_sxtb16(bytes >> 8);
#endif
}

/* The low halves of two words. */
THIMBLE_INLINE uint32_t thimble_low_halves(uint32_t first, uint32_t second) {
#if THIMBLE_HAS_DSP
  uint32_t halves;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(halves) : "r"(first), "r"(second));
  return halves;
#else
  return (first & 0xffffu) | second << 16;
#endif
}

/* The high halves of two words. */
THIMBLE_INLINE uint32_t thimble_high_halves(uint32_t first, uint32_t second) {
#if THIMBLE_HAS_DSP
  uint32_t halves;
  __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(halves) : "r"(second), "r"(first));
  return halves;
#else
  return first >> 16 | (second & 0xffff0000u);
#endif
}

/* acc + low(x) * low(y) + high(x) * high(y) */
THIMBLE_INLINE int32_t thimble_smlad(uint32_t x, uint32_t y, int32_t acc) {
#if THIMBLE_HAS_DSP
  __asm__("smlad %0, %1, %2, %0" : "+r"(acc) : "r"(x), "r"(y));
  return acc;
#else
  return acc + thimble_low_half(x) * thimble_low_half(y) + thimble_high_half(x) * thimble_high_half(y);
#endif
}

/* acc + round(x * y / 2^32), ties up */
THIMBLE_INLINE int32_t thimble_smmlar(int32_t x, int32_t y, int32_t acc) {
#if THIMBLE_HAS_DSP
  int32_t sum;
  __asm__("smmlar %0, %1, %2, %3" : "=r"(sum) : "r"(x), "r"(y), "r"(acc));
  return sum;
#else
  return acc + (int32_t)(((int64_t)x * y + ((int64_t)1 << 31)) >> 32);
#endif
}

/* x saturated to int8 */
THIMBLE_INLINE int32_t thimble_ssat8(int32_t x) {
#if THIMBLE_HAS_DSP
  int32_t saturated;
  __asm__("ssat %0, #8, %1" : "=r"(saturated) : "r"(x));
  return saturated;
#else
  return thimble_clamp(x, -128, 127);
#endif
}

/* What turns one channel's accumulators into outputs; outputs.h says how. */
typedef struct {
  int32_t multiplier, rounding, shift, twice_bias;
} thimble_channel;

/* One output from twice its accumulator, outputs.h. */
THIMBLE_INLINE int8_t thimble_output_of_twice(const thimble_channel* channel, int32_t twice) {
  const int32_t sum = thimble_smmlar(twice, channel->multiplier, channel->rounding) + (twice >> 31);
  return (int8_t)thimble_ssat8(sum >> channel->shift);
}

/* A block of outputs: four pixels by all pairs of channels. In the order in which the assembly keeps them. */
typedef struct {
  const uint32_t* columns; /* words [words][4 pixels], two int16 of a pixel in each */
  int32_t weight_bytes;    /* of a pair: 4 * words; words is even and > 0 */
  const int8_t* end;       /* of the pair's weights */
  int32_t rounding_unit;   /* 2 * out_zero_point + 1 */
  int8_t* out;
  int32_t out_ch; /* bytes from a pixel to the next */
  int32_t fourth; /* bytes from the first pixel to the fourth; to the third, if there are only three */
  const int32_t* bias;
  const int32_t* multiplier;
  const int8_t* shift;
  const int8_t* weights; /* words of bytes: channel 0, channel 1 for the first of the two, then for the second */
  int32_t pairs;         /* > 0 */
} thimble_block;

/* Computes a block: out = requantize(bias + sum over words of column * weights), outputs.h.
 *
 * Two words a step of 26 instructions (32 MACs), two steps a round of 3 more; 88 a pair of channels (8 outputs)
 * besides. All fourteen registers are in use: what the loop does not need is on the stack, and so is r7, in case it is
 * the frame pointer. The first word's products start the accumulators of pixels 1 to 3 from pixel 0's bias.
 */
THIMBLE_INLINE void thimble_multiply_block(const thimble_block* block) {
#if THIMBLE_HAS_DSP
  register const thimble_block* r_block __asm__("r0") = block;
/* Accumulators: r0-r3 of channel 0, r4, r5, r6, r8 of channel 1. Columns at r9, weights at r10. */
#define THIMBLE_STEP          \
  "ldr r11, [r10], #4\n"      \
  "ldrd r7, lr, [r9], #8\n"   \
  "sxtb16 r12, r11\n"         \
  "sxtb16 r11, r11, ror #8\n" \
  "smlad r0, r7, r12, r0\n"   \
  "smlad r4, r7, r11, r4\n"   \
  "smlad r1, lr, r12, r1\n"   \
  "smlad r5, lr, r11, r5\n"   \
  "ldrd r7, lr, [r9], #8\n"   \
  "smlad r2, r7, r12, r2\n"   \
  "smlad r6, r7, r11, r6\n"   \
  "smlad r3, lr, r12, r3\n"   \
  "smlad r8, lr, r11, r8\n"
/* Pixel 0 last: the others start from its bias. */
#define THIMBLE_FIRST_STEP    \
  "ldrd r7, lr, [r9, #8]\n"   \
  "ldr r11, [r10], #4\n"      \
  "sxtb16 r12, r11\n"         \
  "sxtb16 r11, r11, ror #8\n" \
  "smlad r2, r7, r12, r0\n"   \
  "smlad r6, r7, r11, r4\n"   \
  "smlad r3, lr, r12, r0\n"   \
  "smlad r8, lr, r11, r4\n"   \
  "ldrd r7, lr, [r9], #16\n"  \
  "smlad r1, lr, r12, r0\n"   \
  "smlad r5, lr, r11, r4\n"   \
  "smlad r0, r7, r12, r0\n"   \
  "smlad r4, r7, r11, r4\n"
/* acc to an output in lr, by multiplier r7, rounding r11, shift r12 */
#define THIMBLE_OUTPUT(acc)                    \
  "lsl " acc ", " acc ", #1\n smmlar lr, " acc \
  ", r7, r11\n"                                \
  "add lr, lr, " acc ", asr #31\n asr lr, lr, r12\n ssat lr, #8, lr\n"
/* Four outputs to r9, r10 apart; the fourth before the third, which may take its place. */
#define THIMBLE_OUTPUTS(acc0, acc1, acc2, acc3)                                 \
  THIMBLE_OUTPUT(acc0)                                                          \
  "strb lr, [r9]\n" THIMBLE_OUTPUT(acc1) "strb lr, [r9, r10]\n" THIMBLE_OUTPUT( \
      acc3) "ldr " acc3 ", [sp, #24]\n strb lr, [r9, " acc3 "]\n" THIMBLE_OUTPUT(acc2) "strb lr, [r9, r10, lsl #1]\n"
/* From the shift r12, negative, and the rounding unit r11: the rounding, and the shift as it is applied. */
#define THIMBLE_ROUNDING "mvn lr, r12\n lsl r11, r11, lr\n rsb r12, r12, #0\n"
  __asm__ volatile(
      "push {r7}\n"
      "ldm r0, {r1, r2, r3, r4, r5, r6, r8, r9, r10, r11, r12, lr}\n"
      "push {r1, r2, r3, r4, r5, r6, r8, r9, r10, r11, r12, lr}\n"
      "1:\n"
      "ldr r11, [sp, #28]\n"
      "ldrd r9, r12, [sp]\n"
      "ldr r10, [sp, #40]\n"
      "ldrd r0, r4, [r11], #8\n"
      "str r11, [sp, #28]\n"
      "add r11, r10, r12\n"
      "str r11, [sp, #8]\n"
      "tst r12, #8\n" THIMBLE_FIRST_STEP THIMBLE_STEP
      "beq 3f\n"
      "b 4f\n"
      "2:\n" THIMBLE_STEP THIMBLE_STEP
      "3:\n" THIMBLE_STEP THIMBLE_STEP
      "4:\n"
      "ldr r11, [sp, #8]\n"
      "cmp r10, r11\n"
      "bne 2b\n"
      "str r10, [sp, #40]\n"
      "ldr r7, [sp, #32]\n"
      "ldr r12, [sp, #36]\n"
      "ldr r11, [sp, #12]\n"
      "ldrd r9, r10, [sp, #16]\n"
      "ldr r7, [r7]\n"
      "ldrsb r12, [r12]\n" THIMBLE_ROUNDING THIMBLE_OUTPUTS("r0", "r1", "r2", "r3")
      "ldrd r0, r1, [sp, #32]\n"
      "ldr r11, [sp, #12]\n"
      "ldr r7, [r0, #4]\n"
      "ldrsb r12, [r1, #1]\n"
      "add r0, r0, #8\n"
      "add r1, r1, #2\n"
      "strd r0, r1, [sp, #32]\n"
      "add r9, r9, #1\n" THIMBLE_ROUNDING THIMBLE_OUTPUTS("r4", "r5", "r6", "r8")
      "ldr r0, [sp, #44]\n"
      "add r9, r9, #1\n"
      "str r9, [sp, #16]\n"
      "subs r0, r0, #1\n"
      "str r0, [sp, #44]\n"
      "bne 1b\n"
      "add sp, sp, #48\n"
      "pop {r7}\n"
      : "+r"(r_block)
      :
      : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
#undef THIMBLE_STEP
#undef THIMBLE_FIRST_STEP
#undef THIMBLE_OUTPUT
#undef THIMBLE_OUTPUTS
#undef THIMBLE_ROUNDING
#else
  const int32_t words = block->weight_bytes / 4;
  int32_t o, pixel, i;
  for (o = 0; o < 2 * block->pairs; ++o) {
    const int8_t* const weights = block->weights + o / 2 * block->weight_bytes;
    thimble_channel channel;
    channel.multiplier = block->multiplier[o];
    channel.shift = -block->shift[o];
    channel.rounding = block->rounding_unit * ((int32_t)1 << (channel.shift - 1));
    for (pixel = 3; pixel >= 0; --pixel) {
      int32_t acc = block->bias[o];
      for (i = 0; i < words; ++i) {
        const uint32_t bytes = thimble_load_word(weights + 4 * i);
        acc = thimble_smlad(block->columns[4 * i + pixel],
                            o % 2 == 0 ? thimble_sxtb16(bytes) : thimble_sxtb16_odd(bytes), acc);
      }
      block->out[o + (pixel == 3 ? block->fourth : pixel * block->out_ch)] = thimble_output_of_twice(&channel, 2 * acc);
    }
  }
#endif
}

/* Dot products of one pixel with two channels: acc = bias + ..., the pixel's words `step` apart. */
THIMBLE_INLINE void thimble_dot_1x2(int32_t acc[2], const uint32_t* column, int32_t step, const int8_t* weights,
                                    int32_t words) {
  const int8_t* const end = weights + 4 * words;
  do { /* two words a step: `words` is even */
    const uint32_t first = thimble_load_word(weights);
    const uint32_t second = thimble_load_word(weights + 4);
    acc[0] = thimble_smlad(column[0], thimble_sxtb16(first), acc[0]);
    acc[1] = thimble_smlad(column[0], thimble_sxtb16_odd(first), acc[1]);
    acc[0] = thimble_smlad(column[step], thimble_sxtb16(second), acc[0]);
    acc[1] = thimble_smlad(column[step], thimble_sxtb16_odd(second), acc[1]);
    weights += 8;
    column += 2 * step;
  } while (weights != end);
}

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
