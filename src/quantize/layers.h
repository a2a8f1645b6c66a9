// quantize/layers.h
#pragma once

#include <optional>

#include "ir/graph.h"
#include "quantize/layer_constants.h"

namespace thimble::quantize {

/// How the weights of a convolution, depthwise convolution or fully connected layer are divided into output channels;
/// none for other operators.
std::optional<ChannelLayout> channel_layout(const ir::Graph& graph, const ir::Op& op);

/// The dimension of a layer's weights that counts output channels: 3 for depthwise convolutions, else 0.
int channel_axis(const ir::Op& op);

/// Whether the specification demands that an operator's activations have one scale and zero point: pooling, padding,
/// concatenation, resizing and operators that move values only.
bool keeps_scale(const ir::Operator& op);

/// Whether the specification fixes an operator's output to scale 1/256, zero point -128: softmax and sigmoid.
bool computes_probabilities(const ir::Operator& op);

}  // namespace thimble::quantize
