/* outputs.h: accumulators to int8 outputs in five instructions, or three, exact.
 *
 * TFLite computes clamp(zero_point + shift_right(high_mul(acc, multiplier), s)), rounding in both. With twice = 2 *
 * acc, x = round(twice * multiplier / 2^32) is high_mul, (x + (x < 0 ? -1 : 0) + 2^(s-1)) >> s is shift_right for s >=
 * 1, and with zero_point * 2^s added, the sum too. The sign of acc does for that of x: they differ only where x = 0,
 * and there (2^(s-1) - 1) >> s = 2^(s-1) >> s = 0. Needs |acc| < 2^30 and 1 <= s <= 22, so that nothing overflows;
 * target/conv_channels.cpp proves it for each channel from its weights. The channels for which it cannot, outliers,
 * have harmless factors in `multiplier` and `shift`: their outputs are computed again, in full.
 *
 * Rounded once, THIMBLE_SINGLE_ROUNDING: (floor(twice * multiplier / 2^32) + 2^(s-1) + zero_point * 2^s) >> s is all of
 * it, because the floor of a floor is one; and with s - 1 for s, acc itself does for twice acc: three instructions. So
 * it needs 2 <= s <= 22.
 */
#ifndef THIMBLE_OUTPUTS_H
#define THIMBLE_OUTPUTS_H

#include "../generic/requantize.h"
#include "simd.h"

THIMBLE_INLINE thimble_channel thimble_channel_of(const thimble_conv* p, int32_t o) {
  thimble_channel channel;
  channel.multiplier = p->multiplier[o];
  channel.shift = -p->shift[o];
  channel.rounding = (2 * p->out_zero_point + 1) * ((int32_t)1 << (channel.shift - 1));
  channel.twice_bias = thimble_twice(p->bias[o]);
  return channel;
}

THIMBLE_INLINE int8_t thimble_output(const thimble_channel* channel, int32_t acc) {
  return thimble_output_of_twice(channel, thimble_twice(acc));
}

THIMBLE_INLINE void thimble_store_output(const thimble_conv* p, int32_t o, int32_t acc, int8_t* out) {
  const thimble_channel channel = thimble_channel_of(p, o);
  out[o] = thimble_output(&channel, acc);
}

/* An outlier: element 3 * i on of p->outliers. */
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
