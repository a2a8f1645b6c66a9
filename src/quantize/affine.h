// quantize/affine.h
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/graph.h"

namespace thimble::quantize {

/// The values that a tensor takes.
struct Range {
  float min = 0;
  float max = 0;
  bool operator==(const Range&) const = default;
};

/// The range that holds both.
Range hull(const Range& a, const Range& b);

/// real = scale * (quantized - zero_point) for one tensor.
struct Affine {
  float scale = 1;
  int zero_point = 0;
  bool operator==(const Affine&) const = default;
};

/// Asymmetric int8 (TFLite 8-bit quantization specification): the range is widened to hold 0, which is represented
/// exactly; 255 steps. A range that is {0}, or too narrow for a float scale, gets scale 1.
/// @throws Error if the range is not finite or upside down.
Affine int8_affine(Range range);

/// round(real / scale) + zero_point, ties away from zero, clamped to int8.
std::int8_t quantized(float real, const Affine& affine);
float dequantized(std::int8_t value, const Affine& affine);

ir::Quantization to_quantization(const Affine& affine);

/// What softmax and sigmoid must have by the specification: 1/256, -128.
inline constexpr Affine probability_affine{.scale = 1.0F / 256.0F, .zero_point = -128};

}  // namespace thimble::quantize
