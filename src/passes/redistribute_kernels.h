// passes/redistribute_kernels.h
#pragma once

#include <string>
#include <vector>

#include "ir/graph.h"

namespace thimble::passes {

/// A depthwise convolution whose kernel changes.
struct ResizedKernel {
  std::string layer;
  int before = 0;
  int after = 0;
};

struct RedistributedGraph {
  ir::Graph graph;
  std::vector<ResizedKernel> changes;  ///< In the order of the layers; empty if there is nothing to move.
};

/// Receptive-field redistribution (MCUNetV2, arXiv 2110.15352, section 3.2; ir/redistribute.h, which does the same to
/// an arch.json) of any graph: depthwise kernels of the layers up to the first image of an eighth of the picture's
/// height become 1 x 1, or 3 x 3 where they have a stride; then later ones of stride 1 grow, by two and up to 7 x 7,
/// until the last image sees as much of the picture as before, at the fewest MACs. Kernels are cut, or framed with
/// zeros, which nobody has trained: for planning only.
RedistributedGraph redistribute_kernels(const ir::Graph& graph);

/// Rows of the inputs that a pixel of the graph's last image of more than one pixel is computed from, borders and means
/// apart.
int receptive_field_of(const ir::Graph& graph);

}  // namespace thimble::passes
