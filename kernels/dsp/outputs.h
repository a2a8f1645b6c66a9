/* outputs.h: accumulators to int8 outputs in three instructions, exact.
 *
 * TFLite computes clamp(zero_point + shift_right(x, s)) with x = high_mul(acc, M) = round(acc * M / 2^31), M in [2^30,
 * 2^31); shift_right(x, s) = round(x / 2^s), ties away from zero. SMMLAR(a, b, c) is c + round(a * b / 2^32), ties up.
 *   - x = SMMLAR(acc, 2M - 2^32, acc): the factor is 2M as a register holds it, and acc makes up for the 2^32.
 *   - zero_point + shift_right(x, s) = SMMLAR(x, 2^(32-s) + 1, zero_point), as far as it matters. With the factor
 *     2^(32-s) it rounds ties up. The 1 adds x: which turns ties of x < 0 down, and nothing else where |x| < 2^(32-s),
 *     for x * 2^(32-s) lies that far from all others' boundaries, or on one. Where s <= 12, the x beyond have |x / 2^s|
 *     >= 256, saturate either way, and stay beyond because SMMLAR is monotone.
 *   - SSAT clamps.
 * So it needs 2 <= s <= 12, or that no x is as large as 2^(32-s); target/conv_channels.cpp proves one of them for each
 * channel from its weights. The channels for which it cannot, outliers, have harmless scales: their outputs
 * are computed again, in full.
 *
 * A channel's scales are both factors, made by target/conv_channels.cpp; rounding once, M and s - 1. Where channels are
 * packed, the second one is what it is made of, 32 - s or s - 1, in the bias's low five bits.
 *
 * Rounded once, THIMBLE_SINGLE_ROUNDING: (floor(acc * M / 2^32) + 2^(s-2) + zero_point * 2^(s-1)) >> (s-1) is all of
 * it, because the floor of a floor is one: SMMLA, a shift, SSAT. It needs |acc| < 2^30 and 2 <= s <= 22, so that
 * nothing overflows.
 */
#ifndef THIMBLE_OUTPUTS_H
#define THIMBLE_OUTPUTS_H

#include "../generic/requantize.h"
#include "simd.h"

/* The addend of thimble_channel_by. */
THIMBLE_INLINE int32_t thimble_output_addend(const thimble_conv* p) {
  return THIMBLE_SINGLE_ROUNDING ? 2 * p->out_zero_point + 1 : p->out_zero_point;
}

THIMBLE_INLINE thimble_channel thimble_channel_of(const thimble_conv* p, int32_t o) {
  return thimble_channel_by(p->bias, p->scales, o, thimble_output_addend(p));
}

THIMBLE_INLINE int32_t thimble_bias_of(const thimble_conv* p, int32_t o) {
  return THIMBLE_PACKED_CHANNELS ? p->bias[o] >> 5 : p->bias[o];
}

THIMBLE_INLINE void thimble_store_output(const thimble_conv* p, int32_t o, int32_t acc, int8_t* out) {
  const thimble_channel channel = thimble_channel_of(p, o);
  out[o] = thimble_output(&channel, acc);
}

/* An outlier: element 4 * i on of p->outliers. */
THIMBLE_INLINE int8_t thimble_outlier_output(const thimble_conv* p, const int32_t* outlier, int32_t acc) {
  const int32_t scaled = thimble_requantize(acc, outlier[1], outlier[2]);
  return (int8_t)thimble_clamp(scaled + p->out_zero_point, p->out_min, p->out_max);
}

/* Fused activations whose range is not all of int8 are rare: a second pass over the outputs serves them. */
THIMBLE_INLINE int thimble_is_clamped(const thimble_conv* p) { return p->out_min > -128 || p->out_max < 127; }

THIMBLE_SHARED void thimble_clamp_outputs(const thimble_conv* p, int8_t* out, int32_t count) {
  int32_t i;
  for (i = 0; i < count; ++i) out[i] = (int8_t)thimble_clamp(out[i], p->out_min, p->out_max);
}

#endif
