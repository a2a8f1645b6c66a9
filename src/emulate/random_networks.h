// emulate/random_networks.h
#pragma once

#include <string_view>
#include <vector>

#include "emulate/draws.h"
#include "ir/graph.h"

namespace thimble::emulate {

/// A random int8 network of inverted residual blocks for pictures, as MobileNetV2 (arXiv 1801.04381) and MCUNet's
/// search space are: 48 to 96 pixels, kernels 3, 5 and 7, expansions 3, 4 and 6, five stages of one to three blocks.
ir::Graph random_image_network(Draws& draws);

/// A random int8 network for keyword spotting, as DS-CNN (arXiv 1711.07128): a spectrogram of 49 x 10, a convolution of
/// 10 x 4, then depthwise-separable blocks.
ir::Graph random_audio_network(Draws& draws);

/// What a layer of these networks is: "first convolution", "pointwise", "depthwise", "fully connected", "addition",
/// "pooling".
std::string_view layer_type(const ir::Graph& graph, const ir::Op& op);

}  // namespace thimble::emulate
