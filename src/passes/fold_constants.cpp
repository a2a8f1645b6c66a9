#include <algorithm>
#include <utility>
#include <vector>

#include "passes/rewrites.h"
#include "passes/uses.h"
#include "reference/interpreter.h"

namespace thimble::passes {

namespace {

bool is_constant(const ir::Graph& graph, ir::TensorId id) {
  return id == ir::no_tensor || graph.tensor(id).is_constant();
}

/// A graph output stays computed: callers want it in a buffer.
bool is_foldable(const ir::Graph& graph, const ir::Op& op) {
  if (is_graph_output(graph, op.outputs.at(0))) return false;
  if (std::holds_alternative<ir::ShapeOf>(op.kind)) return true;
  return std::all_of(op.inputs.begin(), op.inputs.end(), [&](ir::TensorId id) { return is_constant(graph, id); });
}

reference::Bytes value_of(const ir::Graph& graph, ir::TensorId id) {
  if (id == ir::no_tensor) return {};
  const ir::Tensor& tensor = graph.tensor(id);
  // SHAPE reads no values, but wants as many as the shape says.
  return tensor.is_constant() ? *tensor.data : reference::Bytes(static_cast<std::size_t>(tensor.bytes()));
}

void fold(ir::Graph& graph, const ir::Op& op) {
  std::vector<reference::Bytes> inputs;
  for (const ir::TensorId id : op.inputs) inputs.push_back(value_of(graph, id));
  std::vector<reference::Bytes> outputs = reference::evaluate(graph, op, inputs);
  graph.tensor(op.outputs.at(0)).data = std::make_shared<const std::vector<std::byte>>(std::move(outputs.at(0)));
}

}  // namespace

void fold_constants(ir::Graph& graph) {
  std::vector<bool> folded(graph.ops.size(), false);
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    ir::Op& op = graph.ops[i];
    if (is_foldable(graph, op)) {
      fold(graph, op);
      folded[i] = true;
    } else if (std::holds_alternative<ir::Reshape>(op.kind) && op.inputs.size() == 2 &&
               is_constant(graph, op.inputs[1])) {
      op.inputs.resize(1);
    }
  }
  remove_ops(graph, folded);
}

}  // namespace thimble::passes
