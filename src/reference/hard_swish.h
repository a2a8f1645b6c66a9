// reference/hard_swish.h
#pragma once

#include <cstdint>

#include "ir/graph.h"

namespace thimble::reference {

/// int8 hard-swish, x * relu6(x + 3) / 6 (MobileNetV3, arXiv 1905.02244), in 16-bit fixed point, bit for bit as
/// TensorFlow Lite's reference kernel computes it. That is not the nearest int8 value: gate and product are rounded
/// separately.

/// A real factor in 16 bits: multiplier * 2^(shift - 15), multiplier in [2^14, 2^15), or 0.
struct ShortFactor {
  std::int32_t multiplier = 0;
  int shift = 0;  ///< Left shift if positive, right shift if negative.
};

/// From the input's steps, of which each is 128 units so that no bit is lost: to the output's steps, and to units of
/// which 32768 are the real value 3, where the gate saturates.
struct HardSwishScaling {
  ShortFactor output;
  ShortFactor gate;
};
HardSwishScaling hard_swish_scaling(const ir::Tensor& input, const ir::Tensor& output);

/// Whether the output's scale is not finer than 1/128 of the input's. TensorFlow Lite refuses to run others.
bool has_hard_swish_scales(const ir::Tensor& input, const ir::Tensor& output);

/// The output's steps from its zero point, not clamped, for an input of `steps` from its own, |steps| <= 255.
std::int32_t hard_swish(std::int32_t steps, const HardSwishScaling& scaling);

}  // namespace thimble::reference
