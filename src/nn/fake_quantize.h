// nn/fake_quantize.h
#pragma once

#include <torch/types.h>

#include "quantize/affine.h"

namespace thimble::nn {

/// The values that a range tensor (minimum, maximum) holds; never upside down.
quantize::Range range_of(const torch::Tensor& range);

/// What int8 makes of an activation: rounded and clamped as quantize::int8_affine of the range says, as real values.
///
/// Gradients (learned step size quantization, Esser et al., arXiv 1902.08153, for the two ends of a range): of x,
/// straight through inside the range, none outside; of an end, 1 for each value clipped there, and inside the rounding
/// error that a wider step would scale. They are multiplied by 255^2 / sqrt(127 * elements), so that an end moves by
/// about the share of itself by which a weight moves. An end that is 0, as after a ReLU, stays.
torch::Tensor fake_quantize(const torch::Tensor& x, const torch::Tensor& range);

/// What int8 makes of weights O x I x K x K that are multiplied by `factor` (O; undefined: 1) when a batch
/// normalization is folded into them: rounded to 127 steps of each output channel's largest, then divided by the factor
/// again. The gradient goes straight through.
torch::Tensor fake_quantize_weights(const torch::Tensor& weights, const torch::Tensor& factor);

}  // namespace thimble::nn
