/* simd.h: instructions of Armv7E-M, each with a twin in portable C of the same result.
 *
 * Assembly is here and in the other simd_*.h only. Words hold two int16 (low half first) or four int8 (lowest byte
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
THIMBLE_INLINE uint32_t thimble_load_half(const void* at) {
  uint16_t half;
  memcpy(&half, at, sizeof half);
  return half;
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

/* Bytes 0 and 2, sign-extended and added to the halves of `add`. */
THIMBLE_INLINE uint32_t thimble_sxtab16(uint32_t add, uint32_t bytes) {
#if THIMBLE_HAS_DSP
  uint32_t halves;
  __asm__("sxtab16 %0, %1, %2" : "=r"(halves) : "r"(add), "r"(bytes));
  return halves;
#else
  return thimble_halves(thimble_low_half(add) + (int8_t)(uint8_t)bytes,
                        thimble_high_half(add) + (int8_t)(uint8_t)(bytes >> 16));
#endif
}

/* Bytes 1 and 3, in the same way. */
THIMBLE_INLINE uint32_t thimble_sxtab16_odd(uint32_t add, uint32_t bytes) {
#if THIMBLE_HAS_DSP
  uint32_t halves;
  __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(halves) : "r"(add), "r"(bytes));
  return halves;
#else
  return thimble_sxtab16(add, bytes >> 8);
#endif
}

/* The larger ones of four bytes each. */
THIMBLE_INLINE uint32_t thimble_max_bytes(uint32_t x, uint32_t y) {
#if THIMBLE_HAS_DSP
  uint32_t larger;
  __asm__("ssub8 %0, %1, %2\n sel %0, %1, %2" : "=&r"(larger) : "r"(x), "r"(y));
  return larger;
#else
  uint32_t larger = 0;
  int32_t i;
  for (i = 0; i < 32; i += 8) {
    const int8_t a = (int8_t)(uint8_t)(x >> i);
    const int8_t b = (int8_t)(uint8_t)(y >> i);
    larger |= (uint32_t)(uint8_t)(a > b ? a : b) << i;
  }
  return larger;
#endif
}

/* The smaller ones: ~x is -1 - x. */
THIMBLE_INLINE uint32_t thimble_min_bytes(uint32_t x, uint32_t y) { return ~thimble_max_bytes(~x, ~y); }

/* A byte four times. */
THIMBLE_INLINE uint32_t thimble_four_bytes(int32_t value) { return (uint32_t)(uint8_t)value * 0x01010101u; }

/* The low half of one word and the high one of another. */
THIMBLE_INLINE uint32_t thimble_low_and_high(uint32_t low, uint32_t high) {
  return (low & 0xffffu) | (high & 0xffff0000u);
}

/* Both halves doubled, without the sign of the low one in the high one. */
THIMBLE_INLINE uint32_t thimble_twice_halves(uint32_t halves) { return halves << 1 & 0xfffeffffu; }

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

/* acc + floor(x * y / 2^32) */
THIMBLE_INLINE int32_t thimble_smmla(int32_t x, int32_t y, int32_t acc) {
#if THIMBLE_HAS_DSP
  int32_t sum;
  __asm__("smmla %0, %1, %2, %3" : "=r"(sum) : "r"(x), "r"(y), "r"(acc));
  return sum;
#else
  return acc + (int32_t)(((int64_t)x * y) >> 32);
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
  int32_t multiplier, addend, shift, bias;
} thimble_channel;

/* Channel o of thimble_conv's bias and scales; `addend` is out_zero_point, or 2 * out_zero_point + 1 where outputs are
 * rounded once. Packed, a word is 32 times the bias and: rounding twice, the shift's bit; once, the shift. */
THIMBLE_INLINE thimble_channel thimble_channel_by(const int32_t* bias, const int32_t* scales, int32_t o,
                                                  int32_t addend) {
  thimble_channel channel;
#if THIMBLE_PACKED_CHANNELS
  channel.shift = bias[o] & 31;
  if (!THIMBLE_SINGLE_ROUNDING) channel.shift = ((int32_t)1 << channel.shift) + 1;
  channel.bias = bias[o] >> 5;
#else
  channel.shift = scales[2 * o + 1];
  channel.bias = bias[o];
#endif
  channel.multiplier = scales[THIMBLE_SCALES * o];
  channel.addend = THIMBLE_SINGLE_ROUNDING ? addend * ((int32_t)1 << (channel.shift - 1)) : addend;
  return channel;
}

/* One output, outputs.h. */
THIMBLE_INLINE int8_t thimble_output(const thimble_channel* channel, int32_t acc) {
#if THIMBLE_SINGLE_ROUNDING
  return (int8_t)thimble_ssat8(thimble_smmla(acc, channel->multiplier, channel->addend) >> channel->shift);
#else
  const int32_t high = thimble_smmlar(acc, channel->multiplier, acc);
  return (int8_t)thimble_ssat8(thimble_smmlar(high, channel->shift, channel->addend));
#endif
}

/* How operators that work element by element scale their results; `rounding` is 2^(shift-1) and the shifted zero
 * point. */
typedef struct {
  int32_t multiplier, rounding, shift;
} thimble_result_scale;

/* rounding + round(twice * multiplier / 2^32) and what makes TFLite's second rounding of a right shift: it rounds ties
 * away from zero, and the sign of `twice` is that of its product, but where that is 0. Rounding once, what a right
 * shift makes it of. */
THIMBLE_INLINE int32_t thimble_scale(int32_t twice, int32_t multiplier, int32_t rounding) {
#if THIMBLE_SINGLE_ROUNDING
  return thimble_smmla(twice, multiplier, rounding);
#else
  return thimble_smmlar(twice, multiplier, rounding) + (twice >> 31);
#endif
}

/* One output from twice the result, in the range of 1 <= shift <= 22 and |twice| < 2^31. */
THIMBLE_INLINE int8_t thimble_output_of_twice(const thimble_result_scale* scale, int32_t twice) {
  return (int8_t)thimble_ssat8(thimble_scale(twice, scale->multiplier, scale->rounding) >> scale->shift);
}

#endif
