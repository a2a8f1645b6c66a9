// reference/parameters.h
#pragma once

#include <cstdint>
#include <vector>

#include "ir/graph.h"
#include "ir/requantize.h"

namespace thimble::reference {

/// The integers that an operator's real-valued parameters (scales, activation bounds, beta) become. Which of them are
/// rounded in float and which in double is part of TensorFlow Lite's arithmetic: a bit there is a bit in the output.

/// Least and greatest value of an output, both included.
struct IntegerRange {
  std::int32_t low = 0;
  std::int32_t high = 0;
  bool operator==(const IntegerRange&) const = default;
};
struct FloatRange {
  float low = 0.0F;
  float high = 0.0F;
};

/// All values of an integer type of up to 32 bits.
IntegerRange range_of(ir::DataType type);
/// What `activation` leaves of the range of a quantized tensor.
IntegerRange activation_range(ir::Activation activation, const ir::Tensor& output);
FloatRange activation_range(ir::Activation activation);

/// Requantization of each output channel of a convolution, depthwise convolution or fully connected layer. Per-channel
/// factors are products in double; TFLite multiplies a fully connected layer's two per-tensor scales in float. Weights
/// with a negative scale (there are public models with such channels) give a negative multiplier.
std::vector<ir::FixedPointFactor> channel_factors(const ir::Graph& graph, const ir::Op& op);

/// ADD and SUB bring both inputs, shifted left, to twice the larger of their scales, and their sum to the output's.
struct SumFactors {
  static constexpr int left_shift = 20;
  ir::FixedPointFactor a, b, out;
};
SumFactors sum_factors(const ir::Tensor& a, const ir::Tensor& b, const ir::Tensor& output);
ir::FixedPointFactor product_factor(const ir::Tensor& a, const ir::Tensor& b, const ir::Tensor& output);

/// Requantization from one tensor's scale to another's.
ir::FixedPointFactor rescale_factor(const ir::Tensor& from, const ir::Tensor& to);

/// Requantization of a sum of `count` elements to their mean: the division is folded into the multiplier, truncated.
ir::FixedPointFactor mean_factor(const ir::Tensor& input, const ir::Tensor& output, std::int64_t count);

/// int8 softmax: differences to the maximum become Q5.26 by `multiplier` and `left_shift`; one below `least_difference`
/// has exp() = 0.
struct SoftmaxScaling {
  std::int32_t multiplier = 0;
  int left_shift = 0;
  std::int32_t least_difference = 0;
};
SoftmaxScaling softmax_scaling(const ir::Tensor& input, float beta);

/// int8 sigmoid: inputs closer to the zero point than `radius` become Q4.27 by `factor`; others saturate.
struct SigmoidScaling {
  ir::FixedPointFactor factor;
  std::int32_t radius = 0;
};
SigmoidScaling sigmoid_scaling(const ir::Tensor& input);

/// For each of `out_size` rows or columns of a nearest-neighbour resize, the one of `in_size` that it copies.
std::vector<int> nearest_sources(int in_size, int out_size, bool align_corners, bool half_pixel_centers);

}  // namespace thimble::reference
