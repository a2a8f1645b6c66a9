// plan/liveness.h
#pragma once

#include <span>
#include <vector>

#include "ir/graph.h"

namespace thimble::plan {

/// The stages during which the bytes of a tensor must stay as they are, both included.
struct Lifetime {
  int first = never;
  int last = never;
  bool kept = false;  ///< Holds an output of the graph: nothing may overwrite it after it is computed.

  static constexpr int never = -1;
  bool exists() const { return first != never; }
};

/// For each tensor of the graph the holder of its bytes: the tensor itself, or the one that it is a view of.
using Holders = std::vector<ir::TensorId>;

/// The lifetime of every activation, by tensor, when stage s computes op `stage_ops[s]`. What a view is read for counts
/// for its holder; views themselves, constants and tensors that nothing computes have none. Graph inputs are written
/// before the first stage, so they live from stage 0; graph outputs live to the last stage.
std::vector<Lifetime> lifetimes_of(const ir::Graph& graph, std::span<const int> stage_ops, const Holders& holders);

}  // namespace thimble::plan
