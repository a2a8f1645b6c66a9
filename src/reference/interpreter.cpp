#include "reference/interpreter.h"

#include "base/error.h"
#include "base/index.h"
#include "reference/operators.h"

namespace thimble::reference {

namespace {

/// For each tensor, the last operator that reads it; -1 if none. Its values are dropped after that.
std::vector<std::ptrdiff_t> last_readers(const ir::Graph& graph) {
  std::vector<std::ptrdiff_t> last(graph.tensors.size(), -1);
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    for (const ir::TensorId id : graph.ops[i].inputs) {
      if (id != ir::no_tensor) last.at(to_index(id)) = static_cast<std::ptrdiff_t>(i);
    }
  }
  for (const ir::TensorId id : graph.outputs) last.at(to_index(id)) = static_cast<std::ptrdiff_t>(graph.ops.size());
  return last;
}

void check_inputs(const ir::Graph& graph, std::span<const Bytes> inputs) {
  if (inputs.size() != graph.inputs.size()) {
    fail("{}: the model has {} inputs, {} were given", graph.name, graph.inputs.size(), inputs.size());
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const ir::Tensor& tensor = graph.tensor(graph.inputs[i]);
    if (static_cast<std::int64_t>(inputs[i].size()) != tensor.bytes()) {
      fail("{}: input \"{}\" is {} {} = {} bytes, {} were given", graph.name, tensor.name, ir::name_of(tensor.type),
           ir::text_of(tensor.shape), tensor.bytes(), inputs[i].size());
    }
  }
}

}  // namespace

std::vector<Bytes> run(const ir::Graph& graph, std::span<const Bytes> inputs, const Observer& observer) {
  check_inputs(graph, inputs);
  std::vector<Bytes> values(graph.tensors.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) values[to_index(graph.inputs[i])] = inputs[i];
  const auto value_of = [&](ir::TensorId id) -> std::span<const std::byte> {
    if (id == ir::no_tensor) return {};
    return graph.tensor(id).is_constant() ? *graph.tensor(id).data : values[to_index(id)];
  };

  const std::vector<std::ptrdiff_t> last = last_readers(graph);
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    const ir::Op& op = graph.ops[i];
    Operands operands{graph, op, {}};
    for (const ir::TensorId id : op.inputs) operands.values.push_back(value_of(id));
    Bytes& output = values[to_index(op.outputs.at(0))] = evaluate(operands);
    if (observer) observer(i, {&output, 1});
    for (const ir::TensorId id : op.inputs) {
      if (id != ir::no_tensor && last[to_index(id)] == static_cast<std::ptrdiff_t>(i)) values[to_index(id)] = {};
    }
  }

  std::vector<Bytes> outputs;
  for (const ir::TensorId id : graph.outputs) {
    const std::span<const std::byte> value = value_of(id);
    outputs.emplace_back(value.begin(), value.end());
  }
  return outputs;
}

}  // namespace thimble::reference
