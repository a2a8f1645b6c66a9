// ir/netconfig_graph.h
#pragma once

#include <functional>
#include <vector>

#include "ir/graph.h"
#include "ir/netconfig_layers.h"

namespace thimble::ir {

/// Weights of one layer with batch normalization folded in, as in a graph: [O,K,K,I], depthwise [1,K,K,O]; bias [O].
struct LayerWeights {
  std::vector<float> weights;
  std::vector<float> bias;
};

/// Gives the weights of a layer that has_weights().
using WeightSource = std::function<LayerWeights(const NetLayer&)>;

/// The float32 graph of a network: input "input" 1 x R x R x C, output "logits" 1 x classes. Its operators are those of
/// MCUNet's published .tflite files with their PADs folded: a global average is an average pooling, the classifier a
/// 1 x 1 convolution followed by a reshape. Tensors are named after the layers that compute them.
/// Without `weights` all are zero, which is enough to count and to plan.
/// @throws Error if the source gives another number of weights than the layer has.
Graph to_graph(const NetConfig& config, const WeightSource& weights = {});

}  // namespace thimble::ir
