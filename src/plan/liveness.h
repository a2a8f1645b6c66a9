// plan/liveness.h
#pragma once

#include <span>
#include <vector>

#include "ir/graph.h"

namespace thimble::plan {

/// Where the network's inputs are when it begins.
enum class InputMode {
  resident,  ///< In the arena, as a whole.
  rows,      ///< With the caller, who hands over row after row: a camera, a decoder of pictures.
};

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

/// The inputs whose rows the caller hands over when they are needed: in that mode all that operators read, unless
/// something else holds their bytes or they are outputs of the graph too.
std::vector<ir::TensorId> inputs_by_rows(const ir::Graph& graph, std::span<const int> stage_ops, const Holders& holders,
                                         InputMode input_mode);

/// The lifetime of every activation, by tensor, when stage s computes op `stage_ops[s]`. What a view is read for counts
/// for its holder; views themselves, constants and tensors that nothing computes have none. Graph inputs live from
/// stage 0, those `by_rows` from their first use; graph outputs live to the last stage.
std::vector<Lifetime> lifetimes_of(const ir::Graph& graph, std::span<const int> stage_ops, const Holders& holders,
                                   std::span<const ir::TensorId> by_rows = {});

}  // namespace thimble::plan
