#include "quantize/ends.h"

#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace thimble::quantize {

namespace {

void check(ir::DataType type, std::string_view end) {
  if (type == ir::DataType::int8 || type == ir::DataType::uint8 || type == ir::DataType::float32) return;
  fail("a quantized model's {} can be int8, uint8 or float32, not {}", end, ir::name_of(type));
}

/// The model's own tensor beside the int8 tensor `inner`.
ir::TensorId add_end(ir::Graph& graph, ir::TensorId inner, ir::DataType type, std::string_view suffix) {
  ir::Tensor tensor = graph.tensor(inner);
  tensor.name += suffix;
  tensor.type = type;
  tensor.source_op = -1;
  if (type == ir::DataType::float32) {
    tensor.quantization.reset();
  } else {
    tensor.quantization->zero_point = {graph.tensor(inner).zero_point() + 128};
  }
  return graph.add_tensor(std::move(tensor));
}

}  // namespace

void set_end_types(ir::Graph& graph, ir::DataType inputs, ir::DataType outputs) {
  check(inputs, "input");
  check(outputs, "output");
  std::vector<ir::Op> first;
  for (ir::TensorId& id : graph.inputs) {
    if (inputs == ir::DataType::int8 || graph.tensor(id).type != ir::DataType::int8) continue;
    const ir::TensorId end = add_end(graph, id, inputs, "/in");
    first.push_back({.kind = ir::Quantize{}, .inputs = {end}, .outputs = {id}});
    id = end;
  }
  graph.ops.insert(graph.ops.begin(), first.begin(), first.end());
  for (ir::TensorId& id : graph.outputs) {
    if (outputs == ir::DataType::int8 || graph.tensor(id).type != ir::DataType::int8) continue;
    const ir::TensorId end = add_end(graph, id, outputs, "/out");
    const bool to_float = outputs == ir::DataType::float32;
    graph.ops.push_back({.kind = to_float ? ir::Operator(ir::Dequantize{}) : ir::Operator(ir::Quantize{}),
                         .inputs = {id},
                         .outputs = {end}});
    id = end;
  }
}

}  // namespace thimble::quantize
