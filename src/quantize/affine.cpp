#include "quantize/affine.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace thimble::quantize {

Range hull(const Range& a, const Range& b) { return {.min = std::min(a.min, b.min), .max = std::max(a.max, b.max)}; }

Affine int8_affine(Range range) {
  if (!std::isfinite(range.min) || !std::isfinite(range.max) || range.min > range.max) {
    fail("a range of {} to {} cannot be quantized", range.min, range.max);
  }
  const double min = std::min(0.0, static_cast<double>(range.min));
  const double max = std::max(0.0, static_cast<double>(range.max));
  if (min == max) return {};
  const auto scale = static_cast<float>((max - min) / 255.0);
  // Ranges below what a normal float scale can divide count as zero.
  if (!std::isnormal(scale)) return {};
  const double zero_point = std::round(-128.0 - min / static_cast<double>(scale));
  return {.scale = scale, .zero_point = static_cast<int>(std::clamp(zero_point, -128.0, 127.0))};
}

std::int8_t quantized(float real, const Affine& affine) {
  const float steps = std::round(real / affine.scale) + static_cast<float>(affine.zero_point);
  return static_cast<std::int8_t>(std::clamp(steps, -128.0F, 127.0F));
}

float dequantized(std::int8_t value, const Affine& affine) {
  return affine.scale * static_cast<float>(value - affine.zero_point);
}

ir::Quantization to_quantization(const Affine& affine) {
  return {.scale = {affine.scale}, .zero_point = {affine.zero_point}, .axis = 0};
}

}  // namespace thimble::quantize
