#include "search/planning_graph.h"

#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "ir/netconfig_graph.h"

namespace thimble::search {

namespace {

using ir::DataType;

constexpr float weight_scale = 0.005F;
constexpr float range = 6;  ///< Of what ReLU6 gives.

std::shared_ptr<const std::vector<std::byte>> zeros(std::int64_t bytes) {
  return std::make_shared<const std::vector<std::byte>>(static_cast<std::size_t>(bytes));
}

ir::Quantization same_for_all(float scale, int zero_point, std::int64_t channels, int axis) {
  const auto count = static_cast<std::size_t>(channels);
  return {std::vector<float>(count, scale), std::vector<int>(count, zero_point), axis};
}

/// The activation that a float constant operand stands for in int8: its value is the largest.
void make_operand(ir::Tensor& tensor) {
  tensor.type = DataType::int8;
  tensor.quantization = same_for_all(1.0F / 32, -128, 1, 0);
  tensor.data = zeros(tensor.bytes());
}

void make_weighted(ir::Graph& graph, const ir::Op& op, int axis) {
  ir::Tensor& weights = graph.tensor(op.inputs.at(1));
  ir::Tensor& bias = graph.tensor(op.inputs.at(2));
  const std::int64_t channels = bias.elements();
  weights.type = DataType::int8;
  weights.quantization = same_for_all(weight_scale, 0, channels, axis);
  weights.data = zeros(weights.bytes());
  bias.type = DataType::int32;
  bias.quantization = same_for_all(weight_scale * graph.tensor(op.inputs[0]).scale(), 0, channels, 0);
  bias.data = zeros(bias.bytes());
}

}  // namespace

ir::Graph planning_graph(const ir::NetConfig& network) {
  ir::Graph graph = ir::to_graph(network);
  for (ir::Tensor& tensor : graph.tensors) {
    if (tensor.is_constant()) continue;
    tensor.type = DataType::int8;
    tensor.quantization = same_for_all(range / 255, -128, 1, 0);
  }
  for (const ir::Op& op : graph.ops) {
    if (std::holds_alternative<ir::Conv2D>(op.kind)) {
      make_weighted(graph, op, 0);
    } else if (std::holds_alternative<ir::DepthwiseConv2D>(op.kind)) {
      make_weighted(graph, op, 3);
    } else {
      for (const ir::TensorId id : op.inputs)
        if (graph.tensor(id).is_constant() && graph.tensor(id).type == DataType::float32)
          make_operand(graph.tensor(id));
    }
  }
  return graph;
}

}  // namespace thimble::search
