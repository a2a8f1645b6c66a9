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

/* Dot products of four pixels with two output channels: acc[4 * channel + pixel] = bias + sum over `words` words.
 *
 * columns  words [words][4 pixels], two int16 of a pixel in each
 * weights  words [words], bytes: channel 0, channel 1 for the first of the two, then for the second
 * words    even, > 0
 * Two words a step of 26 instructions (32 MACs), two steps a round of 3 more. All fourteen registers are in use, so the
 * end is on the stack, and r7, which may be the frame pointer, is saved here.
 */
THIMBLE_INLINE void thimble_dot_4x2(int32_t acc[8], int32_t bias0, int32_t bias1, const uint32_t* columns,
                                    const int8_t* weights, int32_t words) {
#if THIMBLE_HAS_DSP
  register int32_t a0 __asm__("r0") = bias0;
  register int32_t a1 __asm__("r1");
  register int32_t a2 __asm__("r2");
  register int32_t a3 __asm__("r3");
  register int32_t b0 __asm__("r4") = bias1;
  register int32_t b1 __asm__("r5");
  register int32_t b2 __asm__("r6");
  register int32_t b3 __asm__("r8");
  register const uint32_t* at __asm__("r9") = columns;
  register const int8_t* w __asm__("r10") = weights;
  register const int8_t* end __asm__("r11") = weights + 4 * words;
#define THIMBLE_STEP               \
  "ldr r11, [r10], #4          \n" \
  "ldrd r7, lr, [r9], #8       \n" \
  "sxtb16 r12, r11             \n" \
  "sxtb16 r11, r11, ror #8     \n" \
  "smlad r0, r7, r12, r0       \n" \
  "smlad r4, r7, r11, r4       \n" \
  "smlad r1, lr, r12, r1       \n" \
  "smlad r5, lr, r11, r5       \n" \
  "ldrd r7, lr, [r9], #8       \n" \
  "smlad r2, r7, r12, r2       \n" \
  "smlad r6, r7, r11, r6       \n" \
  "smlad r3, lr, r12, r3       \n" \
  "smlad r8, lr, r11, r8       \n"
  __asm__ volatile(
      "push {r7, r11}             \n"
      "sub r12, r11, r10          \n"
      "mov r1, r0                 \n"
      "mov r2, r0                 \n"
      "mov r3, r0                 \n"
      "mov r5, r4                 \n"
      "mov r6, r4                 \n"
      "mov r8, r4                 \n"
      "tst r12, #8                \n"
      "bne 2f                     \n"
      "1:                         \n" THIMBLE_STEP THIMBLE_STEP
      "2:                         \n" THIMBLE_STEP THIMBLE_STEP
      "ldr r11, [sp, #4]          \n"
      "cmp r10, r11               \n"
      "bne 1b                     \n"
      "pop {r7, r11}              \n"
      : "+r"(a0), "=r"(a1), "=r"(a2), "=r"(a3), "+r"(b0), "=r"(b1), "=r"(b2), "=r"(b3), "+r"(at), "+r"(w), "+r"(end)
      :
      : "r12", "lr", "cc", "memory");
#undef THIMBLE_STEP
  acc[0] = a0;
  acc[1] = a1;
  acc[2] = a2;
  acc[3] = a3;
  acc[4] = b0;
  acc[5] = b1;
  acc[6] = b2;
  acc[7] = b3;
#else
  int32_t i, pixel;
  for (pixel = 0; pixel < 4; ++pixel) {
    acc[pixel] = bias0;
    acc[4 + pixel] = bias1;
  }
  for (i = 0; i < words; ++i) {
    const uint32_t bytes = thimble_load_word(weights + 4 * i);
    for (pixel = 0; pixel < 4; ++pixel) {
      const uint32_t column = columns[4 * i + pixel];
      acc[pixel] = thimble_smlad(column, thimble_sxtb16(bytes), acc[pixel]);
      acc[4 + pixel] = thimble_smlad(column, thimble_sxtb16_odd(bytes), acc[4 + pixel]);
    }
  }
#endif
}

/* The same for one pixel: columns words [words]. */
THIMBLE_INLINE void thimble_dot_1x2(int32_t acc[2], int32_t bias0, int32_t bias1, const uint32_t* columns,
                                    const int8_t* weights, int32_t words) {
  const uint32_t* const end = columns + words;
  acc[0] = bias0;
  acc[1] = bias1;
  do { /* two words a step: `words` is even */
    const uint32_t first = thimble_load_word(weights);
    const uint32_t second = thimble_load_word(weights + 4);
    acc[0] = thimble_smlad(columns[0], thimble_sxtb16(first), acc[0]);
    acc[1] = thimble_smlad(columns[0], thimble_sxtb16_odd(first), acc[1]);
    acc[0] = thimble_smlad(columns[1], thimble_sxtb16(second), acc[0]);
    acc[1] = thimble_smlad(columns[1], thimble_sxtb16_odd(second), acc[1]);
    weights += 8;
    columns += 2;
  } while (columns != end);
}

#endif
