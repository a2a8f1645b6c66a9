/* quantize.h: between float32 and 8-bit tensors, at a model's ends, as TFLite does it.
 *
 * quantize: clamp(round(x / scale) + zero_point), ties away from zero, without libm. NaN becomes the lowest value.
 * dequantize: scale * (q - zero_point), one rounding: compile with -ffp-contract=off where more is done with it.
 */
#ifndef THIMBLE_QUANTIZE_H
#define THIMBLE_QUANTIZE_H

#include "types.h"

/* clamp(round(x / scale) + zero_point, low, high) */
static inline int32_t thimble_quantize_value(float x, float scale, int32_t zero_point, int32_t low, int32_t high) {
  const float steps = x / scale;
  int32_t whole;
  float rest;
  if (!(steps > -65536.0f)) return low;
  if (steps > 65536.0f) return high;
  whole = (int32_t)steps;
  rest = steps - (float)whole; /* exact */
  if (rest >= 0.5f) ++whole;
  if (rest <= -0.5f) --whole;
  return thimble_clamp(whole + zero_point, low, high);
}

static inline void thimble_quantize_s8(const float* in, int8_t* out, int32_t count, float scale, int32_t zero_point) {
  int32_t i;
  for (i = 0; i < count; ++i) out[i] = (int8_t)thimble_quantize_value(in[i], scale, zero_point, -128, 127);
}

static inline void thimble_quantize_u8(const float* in, uint8_t* out, int32_t count, float scale, int32_t zero_point) {
  int32_t i;
  for (i = 0; i < count; ++i) out[i] = (uint8_t)thimble_quantize_value(in[i], scale, zero_point, 0, 255);
}

static inline void thimble_dequantize_s8(const int8_t* in, float* out, int32_t count, float scale, int32_t zero_point) {
  int32_t i;
  for (i = 0; i < count; ++i) out[i] = scale * (float)(in[i] - zero_point);
}

static inline void thimble_dequantize_u8(const uint8_t* in, float* out, int32_t count, float scale,
                                         int32_t zero_point) {
  int32_t i;
  for (i = 0; i < count; ++i) out[i] = scale * (float)(in[i] - zero_point);
}

#endif
