// nn/float_graph.h
#pragma once

#include "ir/graph.h"
#include "nn/network.h"

namespace thimble::nn {

/// The network as it infers, as a float32 graph with each batch normalization folded into the convolution before it:
/// w' = w * gamma / sqrt(variance + eps), b' = beta + (b - mean) * gamma / sqrt(variance + eps), in double.
ir::Graph float_graph(const Network& network);

}  // namespace thimble::nn
