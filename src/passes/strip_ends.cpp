#include <algorithm>
#include <vector>

#include "base/index.h"
#include "passes/rewrites.h"
#include "passes/uses.h"

namespace thimble::passes {

namespace {

/// A conversion between a type that applications have at hand and the network's own.
bool converts(const ir::Tensor& outside, const ir::Tensor& inside) {
  return (outside.type == ir::DataType::float32 || outside.type == ir::DataType::uint8) &&
         inside.type == ir::DataType::int8;
}

/// The operator that quantizes a graph input and is the only one to read it, or the number of operators.
std::size_t quantizer_of(const ir::Graph& graph, ir::TensorId input) {
  const auto reads = [input](const ir::Op& op) {
    return std::find(op.inputs.begin(), op.inputs.end(), input) != op.inputs.end();
  };
  const auto reader = std::find_if(graph.ops.begin(), graph.ops.end(), reads);
  const bool is_quantizer = reader != graph.ops.end() && std::holds_alternative<ir::Quantize>(reader->kind) &&
                            converts(graph.tensor(input), graph.tensor(reader->outputs.at(0))) &&
                            !is_graph_output(graph, reader->outputs.at(0));
  return static_cast<std::size_t>((is_quantizer ? reader : graph.ops.end()) - graph.ops.begin());
}

/// The operator that computes a graph output from an int8 tensor which is no end of the graph yet, or their number.
std::size_t converter_of(const ir::Graph& graph, ir::TensorId output) {
  const auto writer = std::find_if(graph.ops.begin(), graph.ops.end(),
                                   [output](const ir::Op& op) { return op.outputs.at(0) == output; });
  const auto is_converter = [&](const ir::Op& op) {
    const bool kind = std::holds_alternative<ir::Quantize>(op.kind) || std::holds_alternative<ir::Dequantize>(op.kind);
    const ir::TensorId inside = op.inputs.at(0);
    return kind && converts(graph.tensor(output), graph.tensor(inside)) && !graph.tensor(inside).is_constant() &&
           !is_graph_input(graph, inside) && !is_graph_output(graph, inside);
  };
  const bool found = writer != graph.ops.end() && is_converter(*writer);
  return static_cast<std::size_t>((found ? writer : graph.ops.end()) - graph.ops.begin());
}

}  // namespace

void strip_ends(ir::Graph& graph) {
  const std::vector<int> uses = use_counts(graph);
  graph.input_ends.resize(graph.inputs.size(), ir::no_tensor);
  graph.output_ends.resize(graph.outputs.size(), ir::no_tensor);
  std::vector<bool> stripped(graph.ops.size(), false);
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const ir::TensorId outside = graph.inputs[i];
    const std::size_t op = quantizer_of(graph, outside);
    if (op == graph.ops.size() || uses[to_index(outside)] != 1) continue;
    graph.inputs[i] = graph.ops[op].outputs.at(0);
    graph.input_ends[i] = outside;
    stripped[op] = true;
  }
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    const ir::TensorId outside = graph.outputs[i];
    const std::size_t op = converter_of(graph, outside);
    if (op == graph.ops.size() || uses[to_index(outside)] != 1) continue;
    graph.outputs[i] = graph.ops[op].inputs.at(0);
    graph.output_ends[i] = outside;
    stripped[op] = true;
  }
  remove_ops(graph, stripped);
}

}  // namespace thimble::passes
