/* simd_block.h: four pixels by pairs of channels, the inner loop of most convolutions: as assembly in two orders, with
 * a portable twin, see simd.h.
 */
#ifndef THIMBLE_SIMD_BLOCK_H
#define THIMBLE_SIMD_BLOCK_H

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
 * outputs) besides. THIMBLE_SINGLE_ISSUE: 28 (26) instructions in 34 (32) cycles of a Cortex-M4, four steps a round of
 * 4 (5) cycles more; some 67 cycles besides. All fourteen registers are in use: what the loop does not need is on the
 * stack, and so is r7, in case it is the frame pointer. The first word's products start the accumulators of pixels 1 to
 * 3 from pixel 0's bias.
 */
THIMBLE_INLINE void thimble_multiply_block(const thimble_block* block, int wide) {
#if THIMBLE_HAS_DSP
  register const thimble_block* r_block __asm__("r0") = block;
#if THIMBLE_SINGLE_ISSUE
/* Accumulators: r0-r3 of channel 0, r4, r5, r6, r8 of channel 1. Columns from 8 bytes behind r9 on, weights from 4
 * behind r10: words of channels 0 and 1 to r12 and r11, columns to r7 and lr.
 *
 * The order is that of cores which issue one instruction a cycle, such as the Cortex-M4: a group of loads takes a cycle
 * more than it has words, LDRD and LDM are groups by themselves, and a load that moves its base does not always join
 * the next: so it stands last in its group. */
#define THIMBLE_COLUMNS(first, second) "ldr r7, [r9, #" first "]\nldr lr, [r9, #" second "]\n"
#define THIMBLE_PIXELS_0_1  \
  "smlad r0, r7, r12, r0\n" \
  "smlad r1, lr, r12, r1\n" \
  "smlad r4, r7, r11, r4\n" \
  "smlad r5, lr, r11, r5\n"
#define THIMBLE_PIXELS_2_3  \
  "smlad r2, r7, r12, r2\n" \
  "smlad r3, lr, r12, r3\n" \
  "smlad r6, r7, r11, r6\n" \
  "smlad r8, lr, r11, r8\n"
/* The words of both channels to r12 and r11. */
#define THIMBLE_WEIGHTS(at) \
  "ldr r11, [r10, #" at     \
  "\n"                      \
  "sxtb16 r12, r11\n"       \
  "sxtb16 r11, r11, ror #8\n"
#define THIMBLE_WIDE_WEIGHTS(first, second) "ldr r12, [r10, #" first "\nldr r11, [r10, #" second "\n"
#define THIMBLE_FIRST_STEP_OF(weights, next_weights)                                        \
  THIMBLE_COLUMNS("16", "20")                                                               \
  weights                                                                                   \
      "smlad r2, r7, r12, r0\n"                                                             \
      "smlad r3, lr, r12, r0\n"                                                             \
      "smlad r6, r7, r11, r4\n"                                                             \
      "smlad r8, lr, r11, r4\n"                                                             \
      "ldrd r7, lr, [r9, #8]\n"                                                             \
      "smlad r1, lr, r12, r0\n"                                                             \
      "smlad r0, r7, r12, r0\n"                                                             \
      "smlad r5, lr, r11, r4\n"                                                             \
      "smlad r4, r7, r11, r4\n" THIMBLE_COLUMNS("24", "28") next_weights THIMBLE_PIXELS_0_1 \
      "ldrd r7, lr, [r9, #32]!\n" THIMBLE_PIXELS_2_3
#define THIMBLE_STEP_OF(weights, next_weights)                                                         \
  THIMBLE_COLUMNS("8", "12")                                                                           \
  weights THIMBLE_PIXELS_0_1 "ldrd r7, lr, [r9, #16]\n" THIMBLE_PIXELS_2_3 THIMBLE_COLUMNS("24", "28") \
      next_weights THIMBLE_PIXELS_0_1 "ldrd r7, lr, [r9, #32]!\n"
#define THIMBLE_FIRST_STEP THIMBLE_FIRST_STEP_OF(THIMBLE_WEIGHTS("4]"), THIMBLE_WEIGHTS("8]!"))
#define THIMBLE_STEP THIMBLE_STEP_OF(THIMBLE_WEIGHTS("4]"), THIMBLE_WEIGHTS("8]!")) THIMBLE_PIXELS_2_3
/* The last step of a round compares with the end. Not wide, it does so before it has moved r9. */
#define THIMBLE_LAST_STEP                                     \
  THIMBLE_STEP_OF(THIMBLE_WEIGHTS("4]"),                      \
                  "ldr r12, [sp, #16]\nldr r11, [r10, #8]!\n" \
                  "cmp.w r9, r12\n"                           \
                  "sxtb16 r12, r11\n"                         \
                  "sxtb16 r11, r11, ror #8\n")                \
  THIMBLE_PIXELS_2_3
#define THIMBLE_FIRST_WIDE_STEP \
  THIMBLE_FIRST_STEP_OF(THIMBLE_WIDE_WEIGHTS("4]", "8]"), THIMBLE_WIDE_WEIGHTS("12]", "16]!"))
#define THIMBLE_WIDE_STEP_TO(end) \
  THIMBLE_STEP_OF(THIMBLE_WIDE_WEIGHTS("4]", "8]"), THIMBLE_WIDE_WEIGHTS("12]", "16]!")) end
#define THIMBLE_WIDE_STEP THIMBLE_WIDE_STEP_TO(THIMBLE_PIXELS_2_3)
#define THIMBLE_LAST_WIDE_STEP  \
  THIMBLE_WIDE_STEP_TO(         \
      "smlad r2, r7, r12, r2\n" \
      "smlad r6, r7, r11, r6\n" \
      "ldr r7, [sp, #16]\n"     \
      "smlad r3, lr, r12, r3\n" \
      "cmp.w r9, r7\n"          \
      "smlad r8, lr, r11, r8\n")
#else
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
#endif
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
#if THIMBLE_SINGLE_ISSUE
/* The first step, then as many of a round as make the rest of the steps a multiple of four: `parity` shifts the bits of
 * weight_bytes that count one step and two to the sign and to the carry. Both channels' outputs of a pixel are stored
 * as one halfword. */
#define THIMBLE_BLOCK(first_step, step, last_step, end, parity, one_step) \
  __asm__ volatile( \
      "push {r7}\n" \
      "ldm r0, {r1, r2, r3, r4, r5, r6, r8, r9, r10, r11, r12}\n" \
      "sub r1, r1, #8\n" end \
      "push {r1, r2, r3, r4, r5, r6, r8, r9, r10, r11, r12}\n" \
      "sub r10, r2, #4\n" \
      ".balign 4\n" \
      "1:\n" \
      "ldr.w r11, [sp, #8]\n" \
      "ldr.w r9, [sp]\n" \
      "ldr.w r12, [sp, #12]\n" \
      THIMBLE_BIASES \
      "lsls.w r12, r12, #" parity "\n" \
      "str.w r11, [sp, #8]\n" first_step \
      "bcs.w 3f\n" \
      "bpl.w 7f\n" \
      "ldr.w r12, [sp, #12]\n" \
      "cmp.w r12, #" one_step "\n" \
      "beq.w 5f\n" \
      "b.w 2f\n" \
      "3:\n" \
      "bpl.w 9f\n" \
      "b.w 8f\n" \
      "2:\n" step \
      "7:\n" step \
      "8:\n" step \
      "9:\n" last_step \
      "bne.w 2b\n" \
      "5:\n" \
      "ldr r7, [sp, #20]\n" \
      "ldr r9, [sp, #24]\n" \
      THIMBLE_LATE_ADDEND THIMBLE_FIRST_SCALES THIMBLE_EARLY_ADDEND \
      THIMBLE_MULTIPLY("r0") THIMBLE_MULTIPLY("r1") THIMBLE_MULTIPLY("r2") THIMBLE_MULTIPLY("r3") \
      THIMBLE_SHIFT("r0") THIMBLE_SHIFT("r1") THIMBLE_SHIFT("r2") THIMBLE_SHIFT("r3") \
      THIMBLE_SECOND_SCALES THIMBLE_EARLY_ADDEND \
      THIMBLE_MULTIPLY("r4") THIMBLE_MULTIPLY("r5") THIMBLE_MULTIPLY("r6") THIMBLE_MULTIPLY("r8") \
      THIMBLE_SHIFT("r4") THIMBLE_SHIFT("r5") THIMBLE_SHIFT("r6") THIMBLE_SHIFT("r8") THIMBLE_NEXT_SCALES \
      "ldr r12, [sp, #28]\n" \
      "ldr lr, [sp, #36]\n" \
      "ldr r11, [sp, #40]\n" \
      "str r7, [sp, #20]\n" \
      THIMBLE_SATURATE("r3") THIMBLE_SATURATE("r8") "bfi r3, r8, #8, #8\n" \
      "strh r3, [r9, lr]\n" \
      THIMBLE_SATURATE("r2") THIMBLE_SATURATE("r6") "bfi r2, r6, #8, #8\n" \
      "strh r2, [r9, r12, lsl #1]\n" \
      THIMBLE_SATURATE("r1") THIMBLE_SATURATE("r5") "bfi r1, r5, #8, #8\n" \
      "strh r1, [r9, r12]\n" \
      THIMBLE_SATURATE("r0") THIMBLE_SATURATE("r4") "bfi r0, r4, #8, #8\n" \
      "strh r0, [r9], #2\n" \
      "cmp r9, r11\n" \
      "str r9, [sp, #24]\n" \
      "bne.w 1b\n" \
      "add sp, sp, #44\n" \
      "pop {r7}\n" \
      : "+r"(r_block) \
      : \
      : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")
  if (wide) {
    THIMBLE_BLOCK(THIMBLE_FIRST_WIDE_STEP, THIMBLE_WIDE_STEP, THIMBLE_LAST_WIDE_STEP, "add r5, r1, r4, lsl #1\n", "27",
                  "16");
  } else {
    THIMBLE_BLOCK(THIMBLE_FIRST_STEP, THIMBLE_STEP, THIMBLE_LAST_STEP, "add r5, r1, r4, lsl #2\nsub r5, r5, #32\n",
                  "28", "8");
  }
#else
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
#endif
#if THIMBLE_SINGLE_ISSUE
#undef THIMBLE_COLUMNS
#undef THIMBLE_PIXELS_0_1
#undef THIMBLE_PIXELS_2_3
#undef THIMBLE_WEIGHTS
#undef THIMBLE_WIDE_WEIGHTS
#undef THIMBLE_FIRST_STEP_OF
#undef THIMBLE_STEP_OF
#undef THIMBLE_LAST_STEP
#undef THIMBLE_WIDE_STEP_TO
#undef THIMBLE_LAST_WIDE_STEP
#else
#undef THIMBLE_BEGIN
#undef THIMBLE_SECOND_WORD
#undef THIMBLE_GO_ON
#undef THIMBLE_END
#undef THIMBLE_BEGIN_WIDE
#undef THIMBLE_WIDE_WORD
#undef THIMBLE_GO_ON_WIDE
#undef THIMBLE_END_WIDE
#endif
#undef THIMBLE_FIRST_STEP
#undef THIMBLE_STEP
#undef THIMBLE_FIRST_WIDE_STEP
#undef THIMBLE_WIDE_STEP
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

#endif
