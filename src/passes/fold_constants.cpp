#include <algorithm>
#include <cstdint>
#include <span>
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

/// More than the flash of any board: such a constant can only come from a damaged file.
constexpr std::int64_t largest_constant = std::int64_t{16} << 20;

/// A graph output stays computed: callers want it in a buffer.
bool is_foldable(const ir::Graph& graph, const ir::Op& op) {
  const ir::Tensor& out = graph.tensor(op.outputs.at(0));
  if (is_graph_output(graph, op.outputs[0]) || out.bytes() > largest_constant) return false;
  if (std::holds_alternative<ir::ShapeOf>(op.kind)) return out.type == ir::DataType::int32;
  return std::all_of(op.inputs.begin(), op.inputs.end(), [&](ir::TensorId id) { return is_constant(graph, id); });
}

void fold(ir::Graph& graph, const ir::Op& op) {
  ir::Tensor& out = graph.tensor(op.outputs.at(0));
  if (std::holds_alternative<ir::ShapeOf>(op.kind)) {
    out.data = ir::constant_data(std::span<const int>(graph.tensor(op.inputs.at(0)).shape));
    return;
  }
  std::vector<reference::Bytes> inputs;
  for (const ir::TensorId id : op.inputs) {
    inputs.push_back(id == ir::no_tensor ? reference::Bytes() : *graph.tensor(id).data);
  }
  std::vector<reference::Bytes> values = reference::evaluate(graph, op, inputs);
  out.data = std::make_shared<const std::vector<std::byte>>(std::move(values.at(0)));
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
