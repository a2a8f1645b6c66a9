/* simd_sums.h: the inner loop of sums of products that begin with sums of others, as assembly with a portable twin, see
 * simd.h.
 */
#ifndef THIMBLE_SIMD_SUMS_H
#define THIMBLE_SIMD_SUMS_H

#include "simd_block.h"

/* Dot products of four pixels with two channels: acc += ..., four pixels of channel 0, then four of channel 1.
 *
 * columns  words [words][4 pixels], two int16 of a pixel in each; words is even and > 0
 * weights  "pairs_by_four" of the two channels, columns.h
 * Two words a round of 30 instructions for 32 MACs; 13 besides. All fourteen registers are in use, in the Cortex-M7's
 * order of thimble_multiply_block, which says why.
 */
THIMBLE_INLINE void thimble_dot_4x2(int32_t acc[8], const uint32_t* columns, const int8_t* weights, int32_t words) {
#if THIMBLE_HAS_DSP
  register int32_t* r_acc __asm__("r0") = acc;
  register const uint32_t* r_columns __asm__("r9") = columns;
  register const int8_t* r_weights __asm__("r10") = weights;
  register const int8_t* r_end __asm__("r12") = weights + 4 * words;
  /* Accumulators: r0-r3 of channel 0, r4, r5, r6, r8 of channel 1. */
  __asm__ volatile(
      "push {r0, r7, r12}\n"
      "ldm r0, {r0, r1, r2, r3, r4, r5, r6, r8}\n"
      "1:\n"
      "ldr r11, [r10], #4\n"
      "sxtb16 r12, r11\n"
      "ldrd r7, lr, [r9], #8\n"
      "sxtb16 r11, r11, ror #8\n"
      "smlad r0, r7, r12, r0\n"
      "smlad r1, lr, r12, r1\n"
      "smlad r4, r7, r11, r4\n"
      "smlad r5, lr, r11, r5\n"
      "ldrd r7, lr, [r9], #8\n"
      "smlad r2, r7, r12, r2\n"
      "smlad r3, lr, r12, r3\n"
      "ldr r12, [r10], #4\n"
      "smlad r6, r7, r11, r6\n"
      "sxtb16 r7, r12, ror #8\n"
      "smlad r8, lr, r11, r8\n"
      "ldrd r11, lr, [r9], #8\n"
      "sxtb16 r12, r12\n"
      "smlad r4, r11, r7, r4\n"
      "smlad r5, lr, r7, r5\n"
      "smlad r0, r11, r12, r0\n"
      "smlad r1, lr, r12, r1\n"
      "ldr r11, [r9], #4\n"
      "ldr lr, [r9], #4\n"
      "smlad r2, r11, r12, r2\n"
      "smlad r6, r11, r7, r6\n"
      "ldr r11, [sp, #8]\n"
      "smlad r3, lr, r12, r3\n"
      "cmp r10, r11\n"
      "smlad r8, lr, r7, r8\n"
      "bne 1b\n"
      "pop {r9, r10, r11}\n"
      "stm r9, {r0, r1, r2, r3, r4, r5, r6, r8}\n"
      "mov r7, r10\n"
      : "+r"(r_acc), "+r"(r_columns), "+r"(r_weights), "+r"(r_end)
      :
      : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r11", "lr", "cc", "memory");
#else
  int32_t i, pixel;
  for (i = 0; i < words; ++i) {
    for (pixel = 0; pixel < 4; ++pixel) {
      const uint32_t word = columns[4 * i + pixel];
      acc[pixel] = thimble_smlad(word, thimble_weight_word(weights, i, 0, 0), acc[pixel]);
      acc[4 + pixel] = thimble_smlad(word, thimble_weight_word(weights, i, 1, 0), acc[4 + pixel]);
    }
  }
#endif
}

#endif
