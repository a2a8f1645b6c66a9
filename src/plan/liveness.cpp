// plan/liveness.cpp
#include "plan/liveness.h"

#include <algorithm>

namespace thimble::plan {

std::vector<ir::TensorId> inputs_by_rows(const ir::Graph& graph, std::span<const int> stage_ops, const Holders& holders,
                                         InputMode input_mode) {
  std::vector<ir::TensorId> by_rows;
  if (input_mode == InputMode::resident) return by_rows;
  for (const ir::TensorId id : graph.inputs) {
    const bool is_read = std::ranges::any_of(
        stage_ops, [&](int op) { return std::ranges::count(graph.ops[static_cast<std::size_t>(op)].inputs, id) > 0; });
    const bool is_alone = std::ranges::count(holders, id) == 1 && std::ranges::count(graph.inputs, id) == 1;
    if (is_read && is_alone && std::ranges::count(graph.outputs, id) == 0) by_rows.push_back(id);
  }
  return by_rows;
}

std::vector<Lifetime> lifetimes_of(const ir::Graph& graph, std::span<const int> stage_ops, const Holders& holders,
                                   std::span<const ir::TensorId> by_rows) {
  std::vector<Lifetime> lifetimes(graph.tensors.size());
  const auto holder_of = [&](ir::TensorId id) -> Lifetime& {
    return lifetimes[static_cast<std::size_t>(holders[static_cast<std::size_t>(id)])];
  };
  const auto define = [&](ir::TensorId id, int stage) {
    Lifetime& lifetime = holder_of(id);
    if (!lifetime.exists()) lifetime = {stage, stage, false};
  };

  for (const ir::TensorId id : graph.inputs)
    if (std::ranges::count(by_rows, id) == 0) define(id, 0);
  for (std::size_t stage = 0; stage < stage_ops.size(); ++stage) {
    const ir::Op& op = graph.ops[static_cast<std::size_t>(stage_ops[stage])];
    for (const ir::TensorId id : op.inputs)
      if (id != ir::no_tensor && !graph.tensor(id).is_constant()) {
        define(id, static_cast<int>(stage));
        holder_of(id).last = static_cast<int>(stage);
      }
    for (const ir::TensorId id : op.outputs) define(id, static_cast<int>(stage));
  }
  for (const ir::TensorId id : graph.outputs) {
    if (graph.tensor(id).is_constant()) continue;
    Lifetime& lifetime = holder_of(id);
    lifetime.last = std::max(static_cast<int>(stage_ops.size()) - 1, 0);
    lifetime.kept = true;
  }
  return lifetimes;
}

}  // namespace thimble::plan
