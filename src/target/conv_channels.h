// target/conv_channels.h
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ir/graph.h"
#include "ir/requantize.h"

namespace thimble::target {

/// One output channel of a Conv2D, DepthwiseConv2D or FullyConnected, as kernels compute it:
///   out = clamp(zero_point + requantize(bias + sum(weights[i] * in[i]), factor))
struct ConvChannel {
  std::vector<std::int8_t> weights;  ///< [kernel_h][kernel_w][in_ch], or [kernel_h][kernel_w] of a depthwise one.
  std::int32_t bias = 0;             ///< The input's zero point is folded in: bias - zero_point * sum(weights).
  ir::FixedPointFactor factor;
  std::int64_t least = 0;  ///< Bounds of the accumulator over all int8 inputs.
  std::int64_t greatest = 0;
  ir::Rounding rounding = ir::Rounding::twice;  ///< The graph's.

  /// Whether the short requantization of kernels/dsp/outputs.h, which has the proof, is exact for it.
  bool requantizes_fast() const;

  /// The two numbers that SIMD kernels scale the accumulators of such a channel with, kernels/dsp/outputs.h.
  std::array<std::int32_t, 2> scales() const;

  /// The bias and the second of the scales in one word, for programs with THIMBLE_PACKED_CHANNELS.
  std::int32_t packed_bias() const;
  /// Whether that word has room for the bias.
  bool packs() const;
};

/// A channel whose outputs SIMD kernels compute again, with full requantization.
struct Outlier {
  int channel = 0;
  ir::FixedPointFactor factor;
  std::int32_t bias = 0;
};

/// Takes factors and biases of the channels that do not requantize fast out of `channels`, and leaves harmless ones.
std::vector<Outlier> take_outliers(std::vector<ConvChannel>& channels);

/// The channels of `op`, rewritten where that changes no output but suits kernels: real models hold dead channels whose
/// scales underflow and whose biases saturate, and channels of negative scale.
///   - A channel whose output is the same for every input gets zero weights, a small bias and a factor that is a power
///   of two.
///   - A negative factor becomes positive: weights and bias change sign. (Not where a weight is -128.)
/// How many channels of a convolution take_outliers finds.
int outlier_count(const ir::Graph& graph, const ir::Op& op);

std::vector<ConvChannel> conv_channels(const ir::Graph& graph, const ir::Op& op);

}  // namespace thimble::target
