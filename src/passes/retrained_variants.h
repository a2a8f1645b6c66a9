// passes/retrained_variants.h
#pragma once

#include <string>
#include <vector>

#include "ir/graph.h"

namespace thimble::passes {

/// A network that might be trained in the place of a given one, or why there is none.
struct RetrainedVariant {
  std::string what;     ///< "72 x 72 pixels", "0.75 times the channels"
  ir::Graph graph;      ///< For planning: nobody has trained its weights.
  std::string why_not;  ///< Not empty: the network cannot be changed so.
};

/// Changes of a network that lower memory and that it must be trained again for: fewer pixels, fewer channels, and
/// depthwise kernels moved out of the first layers (resize_network.h, narrow_network.h, redistribute_kernels.h).
std::vector<RetrainedVariant> retrained_variants(const ir::Graph& graph);

}  // namespace thimble::passes
