#include "search/planning_graph.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ir/netconfig_graph.h"

namespace thimble::search {

namespace {

using ir::DataType;

constexpr float weight_scale = 0.005F;
constexpr float activation_scale = 6.0F / 255;  ///< Of what ReLU6 gives.
constexpr float operand_scale = 1.0F / 32;

std::shared_ptr<const std::vector<std::byte>> zeros(std::int64_t bytes) {
  return std::make_shared<const std::vector<std::byte>>(static_cast<std::size_t>(bytes));
}

ir::Quantization same_for_all(float scale, int zero_point, std::int64_t channels, int axis = 0) {
  const auto count = static_cast<std::size_t>(channels);
  return {std::vector<float>(count, scale), std::vector<int>(count, zero_point), axis};
}

void make_activation(ir::Tensor& tensor) {
  tensor.type = DataType::int8;
  tensor.quantization = same_for_all(activation_scale, -128, 1);
}

void make_constant(ir::Tensor& tensor, DataType type, ir::Quantization quantization) {
  tensor.type = type;
  tensor.quantization = std::move(quantization);
  tensor.data = zeros(tensor.bytes());
}

void make_weighted(ir::Tensor& weights, ir::Tensor& bias, int axis) {
  const std::int64_t channels = bias.elements();
  make_constant(weights, DataType::int8, same_for_all(weight_scale, 0, channels, axis));
  make_constant(bias, DataType::int32, same_for_all(weight_scale * activation_scale, 0, channels));
}

/// The graph of a layer, operator by operator.
class LayerGraph {
 public:
  explicit LayerGraph(const ir::NetLayer& layer) : layer_(layer) {
    graph_.name = layer.name;
    input_ = activation(layer.in_size, layer.in_channels);
    graph_.inputs = {input_};
  }

  ir::Graph run() {
    const ir::Padding padding{layer_.padding, layer_.padding, layer_.padding, layer_.padding};
    switch (layer_.kind) {
      case ir::LayerKind::conv:
        append(ir::Conv2D{.stride_h = layer_.stride,
                          .stride_w = layer_.stride,
                          .padding = padding,
                          .activation = layer_.activation},
               {input_, weights({layer_.out_channels, layer_.kernel_size, layer_.kernel_size, layer_.in_channels}, 0),
                bias()});
        break;
      case ir::LayerKind::depthwise:
        append(ir::DepthwiseConv2D{.multiplier = 1,
                                   .stride_h = layer_.stride,
                                   .stride_w = layer_.stride,
                                   .padding = padding,
                                   .activation = layer_.activation},
               {input_, weights({1, layer_.kernel_size, layer_.kernel_size, layer_.out_channels}, 3), bias()});
        break;
      case ir::LayerKind::max_pool:
      case ir::LayerKind::average_pool:
        append(ir::Pool2D{.kind = layer_.kind == ir::LayerKind::max_pool ? ir::PoolKind::max : ir::PoolKind::average,
                          .filter_h = layer_.kernel_size,
                          .filter_w = layer_.kernel_size,
                          .stride_h = layer_.stride,
                          .stride_w = layer_.stride,
                          .padding = padding},
               {input_});
        break;
      case ir::LayerKind::add:
        append(ir::Add{layer_.activation}, {input_, second_input(layer_.in_size)});
        break;
      case ir::LayerKind::scale:
        append(ir::Mul{}, {input_, second_input(1)});
        break;
      case ir::LayerKind::hard_swish:
        append(ir::HardSwish{}, {input_});
        break;
      case ir::LayerKind::hard_sigmoid:
        append(ir::Mul{}, {append(ir::Add{ir::Activation::relu6}, {input_, operand()}), operand()});
        break;
    }
    graph_.outputs = graph_.ops.back().outputs;
    return std::move(graph_);
  }

 private:
  ir::TensorId add(ir::Tensor tensor) {
    tensor.name = layer_.name + "/" + std::to_string(graph_.tensors.size());
    return graph_.add_tensor(std::move(tensor));
  }

  ir::TensorId activation(int size, int channels) {
    ir::Tensor tensor;
    tensor.shape = {1, size, size, channels};
    make_activation(tensor);
    return add(std::move(tensor));
  }

  ir::TensorId second_input(int size) {
    graph_.inputs.push_back(activation(size, layer_.in_channels));
    return graph_.inputs.back();
  }

  ir::TensorId weights(ir::Shape shape, int axis) {
    ir::Tensor tensor;
    tensor.shape = std::move(shape);
    make_constant(tensor, DataType::int8, same_for_all(weight_scale, 0, layer_.out_channels, axis));
    return add(std::move(tensor));
  }

  ir::TensorId bias() {
    ir::Tensor tensor;
    tensor.shape = {layer_.out_channels};
    make_constant(tensor, DataType::int32, same_for_all(weight_scale * activation_scale, 0, layer_.out_channels));
    return add(std::move(tensor));
  }

  ir::TensorId operand() {
    ir::Tensor tensor;
    tensor.shape = {1};
    make_constant(tensor, DataType::int8, same_for_all(operand_scale, -128, 1));
    return add(std::move(tensor));
  }

  ir::TensorId append(ir::Operator kind, std::vector<ir::TensorId> inputs) {
    const ir::TensorId output = activation(layer_.out_size, layer_.out_channels);
    graph_.ops.push_back({std::move(kind), std::move(inputs), {output}});
    return output;
  }

  const ir::NetLayer& layer_;
  ir::Graph graph_;
  ir::TensorId input_ = ir::no_tensor;
};

}  // namespace

ir::Graph planning_graph(const ir::NetConfig& network) {
  ir::Graph graph = ir::to_graph(network);
  for (ir::Tensor& tensor : graph.tensors)
    if (!tensor.is_constant()) make_activation(tensor);
  for (const ir::Op& op : graph.ops) {
    if (std::holds_alternative<ir::Conv2D>(op.kind)) {
      make_weighted(graph.tensor(op.inputs.at(1)), graph.tensor(op.inputs.at(2)), 0);
    } else if (std::holds_alternative<ir::DepthwiseConv2D>(op.kind)) {
      make_weighted(graph.tensor(op.inputs.at(1)), graph.tensor(op.inputs.at(2)), 3);
    } else {
      for (const ir::TensorId id : op.inputs) {
        ir::Tensor& tensor = graph.tensor(id);
        if (tensor.is_constant()) make_constant(tensor, DataType::int8, same_for_all(operand_scale, -128, 1));
      }
    }
  }
  return graph;
}

ir::Graph layer_graph(const ir::NetLayer& layer) { return LayerGraph(layer).run(); }

}  // namespace thimble::search
