/* simd_columns.h: inner loops of matrix products of widened pixels with packed weights (columns.h), as assembly with
 * portable twins, see simd.h.
 */
#ifndef THIMBLE_SIMD_COLUMNS_H
#define THIMBLE_SIMD_COLUMNS_H

#include "simd.h"

/* The words that multiply word i of a column for one channel of a pair, from weights "pairs_by_four" or wide ones. */
THIMBLE_INLINE uint32_t thimble_weight_word(const int8_t* weights, int32_t i, int channel, int wide) {
  uint32_t bytes;
  if (wide) return thimble_load_word(weights + 8 * i + 4 * channel);
  bytes = thimble_load_word(weights + 4 * i);
  return channel == 0 ? thimble_sxtb16(bytes) : thimble_sxtb16_odd(bytes);
}

/* A block of outputs: four pixels by all pairs of channels. In the order in which the assembly keeps them. */
typedef struct {
  const uint32_t* columns; /* words [words][4 pixels], two int16 of a pixel in each */
  const int8_t* weights;   /* words of bytes: channel 0, channel 1 for the first of the two, then for the second;
                            * wide: for each word of a column, the word of channel 0, then of channel 1 */
  const int32_t* bias;
  int32_t weight_bytes;  /* of a pair: 4 * words, 8 * words if wide; words is even and > 0 */
  const int8_t* end;     /* of the pair's weights */
  const int32_t* scales; /* thimble_conv's */
  int8_t* out;
  int32_t out_ch;  /* bytes from a pixel to the next */
  int32_t addend;  /* out_zero_point; rounding once, 2 * out_zero_point + 1 */
  int32_t fourth;  /* bytes from the first pixel to the fourth; to the third, if there are only three */
  int8_t* out_end; /* of the first pixel: more than out */
} thimble_block;

/* Computes a block: out = requantize(bias + sum over words of column * weights), outputs.h. `wide` is a constant.
 *
 * Two words a step of 27 instructions (22 if wide) for 32 MACs, two steps a round of 3 more; 56 a pair of channels (8
 * outputs) besides. All fourteen registers are in use: what the loop does not need is on the stack, and so is r7, in
 * case it is the frame pointer. The first word's products start the accumulators of pixels 1 to 3 from pixel 0's bias.
 */
THIMBLE_INLINE void thimble_multiply_block(const thimble_block* block, int wide) {
#if THIMBLE_HAS_DSP
  register const thimble_block* r_block __asm__("r0") = block;
/* Accumulators: r0-r3 of channel 0, r4, r5, r6, r8 of channel 1. Columns at r9, weights at r10: a word of each channel
 * to r12 and r11.
 *
 * The order is the Cortex-M7's, which issues a load or SXTB16 together with a multiplication, but LDRD with nothing:
 * one of four loads of columns is two LDRs, which saves it a cycle for the instruction. On a Cortex-M4 two LDRs cost
 * what one LDRD does. Of two words, the second has the word of channel 1 in r7, so that it is there in time, and
 * columns in r11. A step begins with the weights' word in r11 and that of channel 0 in r12, and ends with those of the
 * next step or with the flags of the last one: equal. */
#define THIMBLE_BEGIN    \
  "ldr r11, [r10], #4\n" \
  "sxtb16 r12, r11\n"
#define THIMBLE_FIRST_STEP    \
  "ldrd r7, lr, [r9, #8]\n"   \
  "sxtb16 r11, r11, ror #8\n" \
  "smlad r2, r7, r12, r0\n"   \
  "smlad r3, lr, r12, r0\n"   \
  "smlad r6, r7, r11, r4\n"   \
  "smlad r8, lr, r11, r4\n"   \
  "ldrd r7, lr, [r9], #16\n"  \
  "smlad r1, lr, r12, r0\n"   \
  "smlad r0, r7, r12, r0\n"   \
  "ldr r12, [r10], #4\n"      \
  "smlad r5, lr, r11, r4\n"   \
  "smlad r4, r7, r11, r4\n"   \
  "sxtb16 r7, r12, ror #8\n" THIMBLE_SECOND_WORD
#define THIMBLE_STEP          \
  "ldrd r7, lr, [r9], #8\n"   \
  "sxtb16 r11, r11, ror #8\n" \
  "smlad r0, r7, r12, r0\n"   \
  "smlad r1, lr, r12, r1\n"   \
  "smlad r4, r7, r11, r4\n"   \
  "smlad r5, lr, r11, r5\n"   \
  "ldrd r7, lr, [r9], #8\n"   \
  "smlad r2, r7, r12, r2\n"   \
  "smlad r3, lr, r12, r3\n"   \
  "ldr r12, [r10], #4\n"      \
  "smlad r6, r7, r11, r6\n"   \
  "sxtb16 r7, r12, ror #8\n"  \
  "smlad r8, lr, r11, r8\n" THIMBLE_SECOND_WORD
#define THIMBLE_SECOND_WORD  \
  "ldrd r11, lr, [r9], #8\n" \
  "sxtb16 r12, r12\n"        \
  "smlad r4, r11, r7, r4\n"  \
  "smlad r5, lr, r7, r5\n"   \
  "smlad r0, r11, r12, r0\n" \
  "smlad r1, lr, r12, r1\n"  \
  "ldr r11, [r9], #4\n"      \
  "ldr lr, [r9], #4\n"
#define THIMBLE_GO_ON        \
  "smlad r2, r11, r12, r2\n" \
  "smlad r3, lr, r12, r3\n"  \
  "smlad r6, r11, r7, r6\n"  \
  "ldr r11, [r10], #4\n"     \
  "sxtb16 r12, r11\n"        \
  "smlad r8, lr, r7, r8\n"
#define THIMBLE_END          \
  "smlad r2, r11, r12, r2\n" \
  "smlad r6, r11, r7, r6\n"  \
  "ldr r11, [sp, #16]\n"     \
  "smlad r3, lr, r12, r3\n"  \
  "cmp r10, r11\n"           \
  "smlad r8, lr, r7, r8\n"
/* Wide: a step of one word begins with its weights in r12 and r11, and ends with columns 2 and 3 in r7 and lr. */
#define THIMBLE_BEGIN_WIDE "ldrd r12, r11, [r10], #8\n"
#define THIMBLE_WIDE_WORD   \
  "ldrd r7, lr, [r9], #8\n" \
  "smlad r0, r7, r12, r0\n" \
  "smlad r4, r7, r11, r4\n" \
  "smlad r1, lr, r12, r1\n" \
  "smlad r5, lr, r11, r5\n" \
  "ldrd r7, lr, [r9], #8\n"
#define THIMBLE_GO_ON_WIDE  \
  "smlad r2, r7, r12, r2\n" \
  "smlad r6, r7, r11, r6\n" \
  "smlad r3, lr, r12, r3\n" \
  "smlad r8, lr, r11, r8\n" THIMBLE_BEGIN_WIDE
#define THIMBLE_WIDE_STEP THIMBLE_WIDE_WORD THIMBLE_GO_ON_WIDE THIMBLE_WIDE_WORD
/* Pixel 0 last: the others start from its bias. */
#define THIMBLE_FIRST_WIDE_STEP \
  "ldrd r7, lr, [r9, #8]\n"     \
  "smlad r2, r7, r12, r0\n"     \
  "smlad r6, r7, r11, r4\n"     \
  "smlad r3, lr, r12, r0\n"     \
  "smlad r8, lr, r11, r4\n"     \
  "ldrd r7, lr, [r9], #16\n"    \
  "smlad r1, lr, r12, r0\n"     \
  "smlad r5, lr, r11, r4\n"     \
  "smlad r0, r7, r12, r0\n"     \
  "smlad r4, r7, r11, r4\n" THIMBLE_BEGIN_WIDE THIMBLE_WIDE_WORD
#define THIMBLE_END_WIDE    \
  "smlad r2, r7, r12, r2\n" \
  "smlad r6, r7, r11, r6\n" \
  "ldr r7, [sp, #16]\n"     \
  "smlad r3, lr, r12, r3\n" \
  "cmp r10, r7\n"           \
  "smlad r8, lr, r11, r8\n"
/* Four accumulators each of channels 0 and 1 to outputs at r9, r10 apart, by multiplier lr, shift r12 and addend r11.
 * Interleaved, because one output's instructions wait for each other. The fourth pixel is stored before the third,
 * which may take its place. */
#if THIMBLE_SINGLE_ROUNDING
#define THIMBLE_MULTIPLY(acc) "smmla " acc ", " acc ", lr, r11\n"
#define THIMBLE_SHIFT(acc) "asr " acc ", " acc ", r12\n"
#else
#define THIMBLE_MULTIPLY(acc) "smmlar " acc ", " acc ", lr, " acc "\n"
#define THIMBLE_SHIFT(acc) "smmlar " acc ", " acc ", r12, r11\n"
#endif
#define THIMBLE_SATURATE(acc) "ssat " acc ", #8, " acc "\n"
/* The addend to r11, early or late: rounding once, it is shifted by one less than the outputs. */
#define THIMBLE_ADDEND "ldr r11, [sp, #32]\n"
#if THIMBLE_SINGLE_ROUNDING
#define THIMBLE_EARLY_ADDEND THIMBLE_ADDEND "sub r12, r12, #1\nlsl r11, r11, r12\nadd r12, r12, #1\n"
#define THIMBLE_LATE_ADDEND ""
#else
#define THIMBLE_EARLY_ADDEND ""
#define THIMBLE_LATE_ADDEND THIMBLE_ADDEND
#endif
/* The biases of two channels to r0 and r4, and r11 beyond them; scales of the first or second of them to lr and r12. */
#if THIMBLE_PACKED_CHANNELS
#define THIMBLE_BIASES       \
  "ldrd r0, r4, [r11], #8\n" \
  "asr r0, r0, #5\n"         \
  "asr r4, r4, #5\n"
#if THIMBLE_SINGLE_ROUNDING
#define THIMBLE_UNPACK "and r12, r12, #31\n"
#else
#define THIMBLE_UNPACK  \
  "and r12, r12, #31\n" \
  "mov lr, #1\n"        \
  "lsl r12, lr, r12\n"  \
  "add r12, r12, #1\n"
#endif
#define THIMBLE_UNPACK_FROM(bias, scale) \
  "ldr r12, [sp, #8]\n"                  \
  "ldr r12, [r12, #" bias "]\n" THIMBLE_UNPACK "ldr lr, [r7, #" scale "]\n"
#define THIMBLE_FIRST_SCALES THIMBLE_UNPACK_FROM("-8", "0")
#define THIMBLE_SECOND_SCALES THIMBLE_UNPACK_FROM("-4", "4")
#define THIMBLE_NEXT_SCALES "add r7, r7, #8\n"
#else
#define THIMBLE_BIASES "ldrd r0, r4, [r11], #8\n"
#define THIMBLE_FIRST_SCALES "ldrd lr, r12, [r7]\n"
#define THIMBLE_SECOND_SCALES "ldrd lr, r12, [r7, #8]\n"
#define THIMBLE_NEXT_SCALES "add r7, r7, #16\n"
#endif
/* `odd_steps` is the bit of weight_bytes that is set where the number of steps is odd. */
#define THIMBLE_BLOCK(begin, first_step, step, go_on, end, odd_steps) \
  __asm__ volatile( \
      "push {r7}\n" \
      "ldm r0, {r1, r2, r3, r4, r5, r6, r8, r9, r10, r11, r12}\n" \
      "push {r1, r2, r3, r4, r5, r6, r8, r9, r10, r11, r12}\n" \
      "1:\n" \
      "ldm sp, {r9, r10, r11, r12}\n" \
      "add r7, r10, r12\n" \
      "tst r12, #" odd_steps "\n" \
      THIMBLE_BIASES \
      "str r11, [sp, #8]\n" begin \
      "str r7, [sp, #16]\n" first_step \
      "bne 4f\n" go_on \
      "b 3f\n" \
      "4:\n" end \
      "beq 5f\n" \
      "2:\n" begin step go_on \
      "3:\n" step end \
      "bne 2b\n" \
      "5:\n" \
      "str r10, [sp, #4]\n" \
      "ldr r7, [sp, #20]\n" \
      "ldr r9, [sp, #24]\n" \
      "ldr r10, [sp, #28]\n" \
      THIMBLE_FIRST_SCALES THIMBLE_EARLY_ADDEND THIMBLE_MULTIPLY("r0") THIMBLE_LATE_ADDEND \
      THIMBLE_MULTIPLY("r1") THIMBLE_MULTIPLY("r2") THIMBLE_SHIFT("r0") THIMBLE_MULTIPLY("r3") THIMBLE_SHIFT("r1") \
      THIMBLE_SHIFT("r2") THIMBLE_SATURATE("r0") THIMBLE_SHIFT("r3") \
      THIMBLE_SECOND_SCALES THIMBLE_EARLY_ADDEND THIMBLE_SATURATE("r1") THIMBLE_MULTIPLY("r4") \
      "strb r0, [r9]\n" THIMBLE_MULTIPLY("r5") THIMBLE_SATURATE("r2") THIMBLE_MULTIPLY("r6") \
      "strb r1, [r9, r10]\n" THIMBLE_SHIFT("r4") THIMBLE_SATURATE("r3") THIMBLE_MULTIPLY("r8") \
      "ldr r0, [sp, #36]\n" THIMBLE_SHIFT("r5") \
      THIMBLE_NEXT_SCALES THIMBLE_SHIFT("r6") \
      "strb r3, [r9, r0]\n" THIMBLE_SHIFT("r8") THIMBLE_SATURATE("r4") \
      "strb r2, [r9, r10, lsl #1]\n" \
      "add r9, r9, #1\n" \
      "str r7, [sp, #20]\n" THIMBLE_SATURATE("r5") \
      "strb r4, [r9]\n" THIMBLE_SATURATE("r6") \
      "strb r5, [r9, r10]\n" THIMBLE_SATURATE("r8") \
      "strb r8, [r9, r0]\n" \
      "ldr r0, [sp, #40]\n" \
      "strb r6, [r9, r10, lsl #1]\n" \
      "add r9, r9, #1\n" \
      "str r9, [sp, #24]\n" \
      "cmp r9, r0\n" \
      "bne 1b\n" \
      "add sp, sp, #44\n" \
      "pop {r7}\n" \
      : "+r"(r_block) \
      : \
      : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")
  if (wide) {
    THIMBLE_BLOCK(THIMBLE_BEGIN_WIDE, THIMBLE_FIRST_WIDE_STEP, THIMBLE_WIDE_STEP, THIMBLE_GO_ON_WIDE, THIMBLE_END_WIDE,
                  "16");
  } else {
    THIMBLE_BLOCK(THIMBLE_BEGIN, THIMBLE_FIRST_STEP, THIMBLE_STEP, THIMBLE_GO_ON, THIMBLE_END, "8");
  }
#undef THIMBLE_BEGIN
#undef THIMBLE_FIRST_STEP
#undef THIMBLE_STEP
#undef THIMBLE_SECOND_WORD
#undef THIMBLE_GO_ON
#undef THIMBLE_END
#undef THIMBLE_BEGIN_WIDE
#undef THIMBLE_WIDE_WORD
#undef THIMBLE_GO_ON_WIDE
#undef THIMBLE_WIDE_STEP
#undef THIMBLE_FIRST_WIDE_STEP
#undef THIMBLE_END_WIDE
#undef THIMBLE_MULTIPLY
#undef THIMBLE_SHIFT
#undef THIMBLE_SATURATE
#undef THIMBLE_ADDEND
#undef THIMBLE_BIASES
#undef THIMBLE_UNPACK
#undef THIMBLE_UNPACK_FROM
#undef THIMBLE_FIRST_SCALES
#undef THIMBLE_SECOND_SCALES
#undef THIMBLE_NEXT_SCALES
#undef THIMBLE_EARLY_ADDEND
#undef THIMBLE_LATE_ADDEND
#undef THIMBLE_BLOCK
#else
  const int32_t words = block->weight_bytes / (wide ? 8 : 4);
  int32_t o, pixel, i;
  for (o = 0; o < block->out_end - block->out; ++o) {
    const int8_t* const weights = block->weights + o / 2 * block->weight_bytes;
    const thimble_channel channel = thimble_channel_by(block->bias, block->scales, o, block->addend);
    for (pixel = 3; pixel >= 0; --pixel) {
      int32_t acc = channel.bias;
      for (i = 0; i < words; ++i) {
        acc = thimble_smlad(block->columns[4 * i + pixel], thimble_weight_word(weights, i, o % 2, wide), acc);
      }
      block->out[o + (pixel == 3 ? block->fourth : pixel * block->out_ch)] = thimble_output(&channel, acc);
    }
  }
#endif
}

/* Dot products of one pixel with two channels: acc = bias + ..., the pixel's words `step` apart. `wide` is a constant.
 */
THIMBLE_INLINE void thimble_dot_1x2(int32_t acc[2], const uint32_t* column, int32_t step, const int8_t* weights,
                                    int32_t words, int wide) {
  const int32_t bytes = wide ? 8 : 4; /* of the weights of a word */
  const int8_t* const end = weights + bytes * words;
  do { /* two words a step: `words` is even */
    acc[0] = thimble_smlad(column[0], thimble_weight_word(weights, 0, 0, wide), acc[0]);
    acc[1] = thimble_smlad(column[0], thimble_weight_word(weights, 0, 1, wide), acc[1]);
    acc[0] = thimble_smlad(column[step], thimble_weight_word(weights, 1, 0, wide), acc[0]);
    acc[1] = thimble_smlad(column[step], thimble_weight_word(weights, 1, 1, wide), acc[1]);
    weights += 2 * bytes;
    column += 2 * step;
  } while (weights != end);
}

/* Dot products of one pixel with four channels: acc += sum over `fours` times four elements, `fours` > 0. `wide` is a
 * constant.
 *
 * in       int8 [4 * fours], any address
 * weights  for each four elements, four of each channel; wide: int16, elements 0 2 of each channel, then 1 3
 * 20 instructions for 16 MACs (14 if wide), two steps a round of 2 more; 12 besides.
 */
THIMBLE_INLINE void thimble_dot_1x4(int32_t acc[4], const int8_t* in, const int8_t* weights, int32_t fours, int wide) {
#if THIMBLE_HAS_DSP
  register int32_t* r_acc __asm__("r0") = acc;
  register const int8_t* r_in __asm__("r1") = in;
  register const int8_t* r_weights __asm__("r2") = weights;
  register const int8_t* r_end __asm__("r3") = in + 4 * fours;
/* Accumulators r4, r5, r6, r8; elements 0 2 in r7, 1 3 in lr; weights r9-r12. */
#define THIMBLE_ELEMENTS "ldr r0, [r1], #4\n ldm r2!, {r9, r10, r11, r12}\n sxtb16 r7, r0\n sxtb16 lr, r0, ror #8\n"
#define THIMBLE_TWO_OF(word, acc) \
  "sxtb16 r0, " word "\n sxtb16 " word ", " word ", ror #8\n smlad " acc ", r0, r7, " acc "\n"
#define THIMBLE_FOUR_SUMS(elements)                                                             \
  "smlad r4, r9, " elements ", r4\n smlad r5, r10, " elements ", r5\n smlad r6, r11, " elements \
  ", r6\n"                                                                                      \
  "smlad r8, r12, " elements ", r8\n"
#define THIMBLE_STEP                                                                                  \
  THIMBLE_ELEMENTS THIMBLE_TWO_OF("r9", "r4") THIMBLE_TWO_OF("r10", "r5") THIMBLE_TWO_OF("r11", "r6") \
      THIMBLE_TWO_OF("r12", "r8") THIMBLE_FOUR_SUMS("lr")
#define THIMBLE_WIDE_STEP \
  THIMBLE_ELEMENTS THIMBLE_FOUR_SUMS("r7") "ldm r2!, {r9, r10, r11, r12}\n" THIMBLE_FOUR_SUMS("lr")
#define THIMBLE_DOT(step)                                     \
  __asm__ volatile(                                           \
      "push {r0, r7}\n"                                       \
      "sub r7, r3, r1\n"                                      \
      "ldm r0, {r4, r5, r6, r8}\n"                            \
      "tst r7, #4\n"                                          \
      "bne 2f\n"                                              \
      "1:\n" step "2:\n" step                                 \
      "cmp r1, r3\n"                                          \
      "bne 1b\n"                                              \
      "pop {r0, r7}\n"                                        \
      "stm r0, {r4, r5, r6, r8}\n"                            \
      : "+r"(r_acc), "+r"(r_in), "+r"(r_weights), "+r"(r_end) \
      :                                                       \
      : "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")
  if (wide) {
    THIMBLE_DOT(THIMBLE_WIDE_STEP);
  } else {
    THIMBLE_DOT(THIMBLE_STEP);
  }
#undef THIMBLE_ELEMENTS
#undef THIMBLE_TWO_OF
#undef THIMBLE_FOUR_SUMS
#undef THIMBLE_STEP
#undef THIMBLE_WIDE_STEP
#undef THIMBLE_DOT
#else
  int32_t i, channel;
  for (i = 0; i < fours; ++i) {
    const uint32_t bytes = thimble_load_word(in + 4 * i);
    for (channel = 0; channel < 4; ++channel) {
      const int8_t* const at = weights + (wide ? 32 * i : 16 * i) + 4 * channel;
      const uint32_t word = thimble_load_word(at);
      acc[channel] = thimble_smlad(thimble_sxtb16(bytes), wide ? word : thimble_sxtb16(word), acc[channel]);
      acc[channel] = thimble_smlad(thimble_sxtb16_odd(bytes),
                                   wide ? thimble_load_word(at + 16) : thimble_sxtb16_odd(word), acc[channel]);
    }
  }
#endif
}

#endif
