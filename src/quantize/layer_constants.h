// quantize/layer_constants.h
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace thimble::quantize {

/// Weights by output channel, whatever their layout: weight i belongs to channel (i / stride) % channels.
struct ChannelLayout {
  std::size_t channels = 1;
  std::size_t stride = 1;
  std::size_t channel_of(std::size_t weight) const { return weight / stride % channels; }
};

/// Weights and bias of a convolution, depthwise convolution or fully connected layer in int8.
struct QuantizedConstants {
  std::vector<float> weight_scale;  ///< One for each channel, or one.
  std::vector<std::int8_t> weights;
  std::vector<float> bias_scale;  ///< input scale * weight scale, as many as weight_scale.
  std::vector<std::int32_t> bias;
};

/// Quantizes a layer's constants by the TFLite specification: symmetric int8 weights in [-127, 127], int32 bias in
/// input scale * weight scale, zero points 0.
///
/// A channel's scale is its largest weight / 127. Two cases ask for a larger one: a channel of zeros has no largest
/// weight (it gets the largest scale of the others, or 1), and a bias that is huge beside tiny weights, as a dead
/// channel has after batch-norm folding, would overflow (the scale grows until the bias is at most 2^30, so that the
/// accumulator keeps room for the sum of products).
/// @param bias empty if the layer has none.
QuantizedConstants quantize_constants(std::span<const float> weights, const ChannelLayout& layout,
                                      std::span<const float> bias, float input_scale, bool per_channel);

}  // namespace thimble::quantize
