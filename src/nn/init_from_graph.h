// nn/init_from_graph.h
#pragma once

#include "ir/graph.h"
#include "nn/network.h"

namespace thimble::nn {

/// What init_from_graph did.
struct InitReport {
  int copied = 0;        ///< Layers with the graph's weights.
  bool new_head = true;  ///< The classifier kept its random weights, because the graph's has other classes.
};

/// Starts a network from a published one: the weights of each convolution of `graph` (float, or int8, which are
/// dequantized with their scales) go to the network's layers in order. A graph has its batch normalizations folded into
/// them: its biases go to the network's `beta`, and match_statistics must follow.
/// A stem for grey pictures gets the sum of the graph's weights over its channels, and a graph's stem for grey pictures
/// is spread evenly over three channels.
/// @throws Error naming the first layer that does not fit.
InitReport init_from_graph(Network& network, const ir::Graph& graph);

}  // namespace thimble::nn
