// passes/resize_network.h
#pragma once

#include "ir/graph.h"

namespace thimble::passes {

/// The network for pictures of another height and width, as it would be built to be trained for them: every shape is
/// inferred again, TensorFlow's SAME paddings are computed again, poolings over all of an image go on doing that.
/// Weights stay, but what they compute now nobody has trained: for planning only. All inputs must be images [1,H,W,C]
/// of one size, and become height x width.
/// @throws Error naming the layer that fixes the size, such as a fully connected layer that reads an image.
ir::Graph with_input_size(ir::Graph graph, int height, int width);

}  // namespace thimble::passes
