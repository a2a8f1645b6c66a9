// emit/tables.cpp
#include "emit/tables.h"

#include <cstddef>
#include <span>
#include <utility>

#include "reference/interpreter.h"

namespace thimble::emit {

std::vector<std::int64_t> byte_table(const ir::Graph& graph, const ir::Op& op) {
  ir::Graph one_op;
  one_op.name = graph.name;
  one_op.rounding = graph.rounding;
  for (const ir::TensorId id : {op.inputs.at(0), op.outputs.at(0)}) {
    ir::Tensor tensor = graph.tensor(id);
    tensor.shape = {1, 256};
    tensor.data = nullptr;
    one_op.tensors.push_back(std::move(tensor));
  }
  one_op.ops.push_back({op.kind, {0}, {1}});

  std::vector<reference::Bytes> every_byte(1);
  for (int value = 0; value < 256; ++value) every_byte[0].push_back(static_cast<std::byte>(value));
  const std::vector<reference::Bytes> results = reference::evaluate(one_op, one_op.ops[0], every_byte);
  std::vector<std::int64_t> table;
  for (const std::byte value : results.at(0)) table.push_back(static_cast<std::int8_t>(value));
  return table;
}

}  // namespace thimble::emit
