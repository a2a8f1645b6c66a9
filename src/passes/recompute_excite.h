// passes/recompute_excite.h
#pragma once

#include <span>
#include <vector>

#include "ir/graph.h"

namespace thimble::passes {

/// A squeeze-and-excite: a plane is multiplied by a gate that is computed from its average, so that all of the plane
/// has to be there when the gate is known. It can be had in two passes instead: the layers that lead to the plane run
/// once for the average and again for the product, and as streams of rows neither pass holds the plane.
struct Excitation {
  ir::TensorId source = ir::no_tensor;  ///< What is there in both passes: the block's input, smaller than the plane.
  ir::TensorId plane = ir::no_tensor;
  int product = 0;              ///< Index in graph.ops of the multiplication by the gate.
  std::vector<int> layers;      ///< The operators from `source` to `plane`, in order: what runs twice.
  std::int64_t macs = 0;        ///< What they cost once more.
  std::int64_t held_bytes = 0;  ///< What one pass holds at least: the plane and, if it is read later too, the source.
};

/// All squeeze-and-excites of a graph whose plane comes, by way of operators with one activation each, from a smaller
/// tensor.
std::vector<Excitation> excitations(const ir::Graph& graph);

/// The graph with these of its excitations in two passes. Copied operators share their constants; tensors that were
/// there keep their ids and values.
ir::Graph recompute_excite(ir::Graph graph, std::span<const Excitation> chosen);

}  // namespace thimble::passes
