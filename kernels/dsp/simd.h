/* simd.h: instructions of Armv7E-M, each with a twin in portable C of the same result.
 *
 * Assembly is here and in simd_depthwise.h only. Words hold two int16 (low half first) or four int8 (lowest byte
 * first). Where the compiler does not target a core with these instructions, the twins run: so kernels are tested on
 * the host.
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

#endif
