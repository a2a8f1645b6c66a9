#include "passes/uses.h"

#include <algorithm>
#include <utility>

#include "base/index.h"

namespace thimble::passes {

std::vector<int> use_counts(const ir::Graph& graph) {
  std::vector<int> uses(graph.tensors.size(), 0);
  for (const ir::Op& op : graph.ops) {
    for (const ir::TensorId id : op.inputs) {
      if (id != ir::no_tensor) ++uses.at(to_index(id));
    }
  }
  for (const ir::TensorId id : graph.outputs) ++uses.at(to_index(id));
  return uses;
}

std::vector<int> only_readers(const ir::Graph& graph) {
  const std::vector<int> uses = use_counts(graph);
  std::vector<int> readers(graph.tensors.size(), -1);
  for (std::size_t i = 0; i < graph.ops.size(); ++i)
    for (const ir::TensorId id : graph.ops[i].inputs)
      if (id != ir::no_tensor && uses[to_index(id)] == 1) readers[to_index(id)] = static_cast<int>(i);
  for (const ir::TensorId id : graph.outputs) readers[to_index(id)] = -1;
  return readers;
}

bool is_graph_input(const ir::Graph& graph, ir::TensorId id) {
  return std::find(graph.inputs.begin(), graph.inputs.end(), id) != graph.inputs.end();
}

bool is_graph_output(const ir::Graph& graph, ir::TensorId id) {
  return std::find(graph.outputs.begin(), graph.outputs.end(), id) != graph.outputs.end();
}

ir::Op* producer(ir::Graph& graph, ir::TensorId id) {
  const auto found = std::find_if(graph.ops.begin(), graph.ops.end(), [id](const ir::Op& op) {
    return std::find(op.outputs.begin(), op.outputs.end(), id) != op.outputs.end();
  });
  return found == graph.ops.end() ? nullptr : &*found;
}

void redirect_readers(ir::Graph& graph, ir::TensorId from, ir::TensorId to) {
  for (ir::Op& op : graph.ops) std::replace(op.inputs.begin(), op.inputs.end(), from, to);
}

void remove_ops(ir::Graph& graph, const std::vector<bool>& marked) {
  std::vector<ir::Op> kept;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    if (!marked.at(i)) kept.push_back(std::move(graph.ops[i]));
  }
  graph.ops = std::move(kept);
}

}  // namespace thimble::passes
