/* simd_columns.h: inner loops of matrix products of widened pixels with packed weights (columns.h), as assembly with
 * portable twins, see simd.h.
 */
#ifndef THIMBLE_SIMD_COLUMNS_H
#define THIMBLE_SIMD_COLUMNS_H

#include "simd_block.h"

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
