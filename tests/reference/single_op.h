// One operator at a time: tensors with their values in, values out.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ir/graph.h"
#include "ir/verify.h"
#include "reference/interpreter.h"
#include "reference/numbers.h"

namespace thimble::testing {

struct Operand {
  ir::Tensor tensor;
  reference::Bytes values;
};

inline ir::Tensor tensor_of(ir::DataType type, ir::Shape shape) {
  ir::Tensor tensor;
  tensor.type = type;
  tensor.shape = std::move(shape);
  return tensor;
}

inline ir::Tensor quantized_tensor(ir::DataType type, ir::Shape shape, float scale, int zero_point) {
  ir::Tensor tensor = tensor_of(type, std::move(shape));
  tensor.quantization = ir::Quantization{{scale}, {zero_point}, 0};
  return tensor;
}

inline ir::Tensor int8_tensor(ir::Shape shape, float scale = 1.0F, int zero_point = 0) {
  return quantized_tensor(ir::DataType::int8, std::move(shape), scale, zero_point);
}

inline ir::Tensor float_tensor(ir::Shape shape) { return tensor_of(ir::DataType::float32, std::move(shape)); }

inline Operand int8s(ir::Shape shape, std::vector<std::int8_t> values, float scale = 1.0F, int zero_point = 0) {
  return {int8_tensor(std::move(shape), scale, zero_point), bytes(values)};
}

/// Weights with one scale for each index along dimension `axis`.
inline Operand weights(ir::Shape shape, std::vector<std::int8_t> values, std::vector<float> scales, int axis) {
  Operand out = int8s(std::move(shape), std::move(values));
  out.tensor.quantization = ir::Quantization{std::move(scales), {}, axis};
  return out;
}

inline Operand floats(ir::Shape shape, std::vector<float> values) {
  return {float_tensor(std::move(shape)), bytes(values)};
}

inline Operand int32s(ir::Shape shape, std::vector<std::int32_t> values) {
  return {tensor_of(ir::DataType::int32, std::move(shape)), bytes(values)};
}

/// A graph of one operator; every operand is a constant but the first, which is the graph's input.
inline ir::Graph single_op_graph(ir::Operator kind, const std::vector<Operand>& operands, ir::Tensor output) {
  ir::Graph graph;
  graph.name = "single";
  ir::Op op{std::move(kind), {}, {}};
  for (const Operand& operand : operands) {
    ir::Tensor tensor = operand.tensor;
    tensor.name = "in" + std::to_string(op.inputs.size());
    if (!op.inputs.empty()) tensor.data = std::make_shared<const reference::Bytes>(operand.values);
    op.inputs.push_back(graph.add_tensor(std::move(tensor)));
  }
  graph.inputs = {op.inputs.at(0)};
  output.name = "out";
  op.outputs = {graph.add_tensor(std::move(output))};
  graph.outputs = op.outputs;
  graph.ops.push_back(std::move(op));
  return graph;
}

/// What the operator computes, of a graph that passes the verifier.
template <typename T>
std::vector<T> result(ir::Operator kind, const std::vector<Operand>& operands, ir::Tensor output) {
  const ir::Graph graph = single_op_graph(std::move(kind), operands, std::move(output));
  ir::verify(graph);
  return numbers<T>(reference::run(graph, {&operands[0].values, 1}).at(0));
}

inline std::vector<int> int8_result(ir::Operator kind, const std::vector<Operand>& operands, ir::Tensor output) {
  const std::vector<std::int8_t> values = result<std::int8_t>(std::move(kind), operands, std::move(output));
  return {values.begin(), values.end()};
}

}  // namespace thimble::testing
