// ir/netconfig_layers.h
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/netconfig.h"

namespace thimble::ir {

/// What one layer of a network computes. A layer is what has weights of its own, joins two others, or has a range of
/// its own once it is quantized; batch normalization and clamping activations belong to the convolution before them.
enum class LayerKind {
  conv,  ///< The classifier too: 1 x 1 on the 1 x 1 global average.
  depthwise,
  max_pool,
  average_pool,  ///< The global average too: kernel_size = in_size, no padding.
  add,
  hard_sigmoid,  ///< relu6(x + 3) / 6
  hard_swish,    ///< x * relu6(x + 3) / 6
  scale,         ///< `input` times the 1 x 1 x C of `other` (squeeze-and-excite).
};

/// One line of the straight-line program that a NetConfig stands for. Images are square.
struct NetLayer {
  std::string name;  ///< "first_conv", "block3/expand", "block3/expand/hard_swish", "classifier"; unique.
  LayerKind kind = LayerKind::conv;
  int input = -1;  ///< Index of the layer whose output it reads; -1: the network's input.
  int other = -1;  ///< The second operand of add and scale: likewise. An add's operands: branch, shortcut.
  int in_channels = 0;
  int out_channels = 0;
  int in_size = 0;  ///< Height and width.
  int out_size = 0;
  int kernel_size = 1;
  int stride = 1;
  int padding = 0;  ///< On each side.
  bool bias = false;
  bool batch_norm = false;
  Activation activation = Activation::none;

  bool has_weights() const { return kind == LayerKind::conv || kind == LayerKind::depthwise; }
  /// Elements of the weights, without bias.
  std::int64_t weights() const;
  std::int64_t macs() const { return has_weights() ? weights() * out_size * out_size : 0; }
};

/// The layers in the order of execution; the last one is the classifier. Needs a valid config.
std::vector<NetLayer> layers_of(const NetConfig& config);

/// Multiply-accumulates of convolutions, depthwise convolutions and the classifier.
std::int64_t macs_of(const NetConfig& config);

/// Trained parameters, as papers count them: weights, biases, and two for each channel of a batch normalization.
std::int64_t parameters_of(const NetConfig& config);

}  // namespace thimble::ir
