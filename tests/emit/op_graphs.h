// Small graphs that together hold every operator that generated code knows, in its less usual forms.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "ir/graph.h"
#include "ir/shapes.h"
#include "ir/verify.h"
#include "plan/sample_graphs.h"

namespace thimble::testing {

/// Appends operators whose output shapes follow from their inputs.
class OpChain {
 public:
  explicit OpChain(std::string name, unsigned seed = 5) : random_(seed) { graph_.name = std::move(name); }

  TensorId input(Shape shape) {
    graph_.inputs.push_back(tensor("input", std::move(shape), 0.05F, -3));
    return graph_.inputs.back();
  }

  /// A constant int8 tensor with one scale.
  TensorId constant(Shape shape, float scale, int zero_point) {
    const TensorId id = tensor("constant", std::move(shape), scale, zero_point);
    std::vector<std::int8_t> values(static_cast<std::size_t>(graph_.tensor(id).elements()));
    std::uniform_int_distribution<int> any(-127, 127);
    std::generate(values.begin(), values.end(), [&] { return static_cast<std::int8_t>(any(random_)); });
    graph_.tensor(id).data = ir::constant_data<std::int8_t>(values);
    return id;
  }

  TensorId bias(int channels) {
    const TensorId id = tensor("bias", {channels}, 0.0001F, 0);
    std::vector<std::int32_t> values(static_cast<std::size_t>(channels));
    std::uniform_int_distribution<std::int32_t> any(-3000, 3000);
    std::generate(values.begin(), values.end(), [&] { return any(random_); });
    graph_.tensor(id).type = ir::DataType::int32;
    graph_.tensor(id).data = ir::constant_data<std::int32_t>(values);
    return id;
  }

  /// The output has the shape that the operator gives, or `shape` where the operator leaves it open.
  TensorId op(ir::Operator kind, std::vector<TensorId> inputs, float scale, int zero_point, Shape shape = {}) {
    const std::string name = std::string(ir::name_of(kind)) + " " + std::to_string(graph_.ops.size());
    const TensorId out = tensor(name, std::move(shape), scale, zero_point);
    ir::Op op{std::move(kind), std::move(inputs), {out}};
    graph_.tensor(out).source_op = static_cast<int>(graph_.ops.size());
    graph_.tensor(out).shape = ir::output_shapes(graph_, op).at(0);
    graph_.ops.push_back(std::move(op));
    return out;
  }

  ir::Graph finish(std::vector<TensorId> outputs) {
    graph_.outputs = std::move(outputs);
    ir::verify(graph_);
    return std::move(graph_);
  }

  TensorId tensor(const std::string& name, Shape shape, float scale, int zero_point,
                  ir::DataType type = ir::DataType::int8) {
    ir::Tensor tensor;
    tensor.name = name;
    tensor.shape = std::move(shape);
    tensor.type = type;
    if (type != ir::DataType::float32) tensor.quantization = ir::Quantization{{scale}, {zero_point}, 0};
    return graph_.add_tensor(std::move(tensor));
  }

  ir::Graph& graph() { return graph_; }

 private:
  ir::Graph graph_;
  std::mt19937 random_;
};

/// Windows with uneven padding, dilation, a multiplier, an activation, no bias.
inline ir::Graph windows_graph() {
  OpChain g("windows");
  const TensorId in = g.input({1, 9, 8, 6});
  ir::Pool2D average{ir::PoolKind::average, 3, 3, 1, 1, {1, 1, 1, 1}, ir::Activation::relu6};
  const TensorId pooled = g.op(average, {in}, 0.05F, -3);
  ir::DepthwiseConv2D depthwise;
  depthwise.multiplier = 2;
  depthwise.stride_h = depthwise.stride_w = 2;
  depthwise.padding = {0, 1, 0, 1};
  depthwise.activation = ir::Activation::relu;
  const TensorId wide = g.op(depthwise, {pooled, g.constant({1, 3, 3, 12}, 0.02F, 0), g.bias(12)}, 0.2F, -128);
  ir::Conv2D dilated;
  dilated.dilation_h = dilated.dilation_w = 2;
  dilated.padding = {2, 2, 2, 2};
  const TensorId conv = g.op(dilated, {wide, g.constant({5, 3, 3, 12}, 0.01F, 0), ir::no_tensor}, 0.5F, 3);
  return g.finish({conv});
}

/// Element-wise operators with constants and broadcasting on either side, functions of one byte.
inline ir::Graph elementwise_graph() {
  OpChain g("elementwise");
  const TensorId in = g.input({1, 4, 3, 5});
  const TensorId sub = g.op(ir::Sub{ir::Activation::relu_n1_to_1}, {in, g.constant({1, 1, 1, 5}, 0.03F, 4)}, 0.02F, -9);
  const TensorId add = g.op(ir::Add{}, {g.constant({1, 1, 3, 1}, 0.04F, 1), sub}, 0.05F, 2);
  const TensorId mul = g.op(ir::Mul{}, {add, g.constant({1}, 0.02F, 0)}, 0.06F, 7);
  const TensorId clamp = g.op(ir::Clamp{ir::Activation::relu}, {mul}, 0.06F, 7);
  const TensorId rescaled = g.op(ir::Quantize{}, {clamp}, 0.03F, -100);
  const TensorId swish = g.op(ir::HardSwish{}, {mul}, 0.05F, -120);
  return g.finish({rescaled, g.op(ir::Sigmoid{}, {mul}, 1.0F / 256, -128), swish});
}

/// Operators that move elements, means over axes of every kind, a fully connected layer over a batch.
inline ir::Graph layout_graph() {
  OpChain g("layout");
  const TensorId in = g.input({1, 4, 3, 5});
  const TensorId turned = g.op(ir::Transpose{{0, 2, 3, 1}}, {in}, 0.05F, -3);
  const TensorId back = g.op(ir::Transpose{{0, 3, 1, 2}}, {turned}, 0.05F, -3);
  const TensorId tall = g.op(ir::Concat{1, ir::Activation::none}, {back, in, back}, 0.05F, -3);
  const TensorId padded = g.op(ir::Pad{{{0, 0}, {1, 0}, {0, 2}, {1, 1}}, -100.0}, {tall}, 0.05F, -3);
  const TensorId over_image = g.op(ir::Mean{{1, 2}, false}, {padded}, 0.02F, 5);
  const TensorId scattered = g.op(ir::Mean{{1, 3}, false}, {padded}, 0.03F, 0);
  const TensorId batch = g.op(ir::Reshape{}, {in}, 0.05F, -3, {12, 5});
  ir::FullyConnected dense;
  dense.activation = ir::Activation::relu6;
  const TensorId connected = g.op(dense, {batch, g.constant({7, 5}, 0.02F, 0), g.bias(7)}, 0.1F, -20);
  const TensorId softmax = g.op(ir::Softmax{0.5F}, {connected}, 1.0F / 256, -128);
  ir::ResizeNearest resize;
  resize.half_pixel_centers = true;
  const TensorId large = g.op(resize, {in}, 0.05F, -3, {1, 7, 5, 5});
  return g.finish({over_image, scattered, softmax, large});
}

/// What passes/strip_ends leaves of a model with a uint8 and a float32 input, and such outputs.
inline ir::Graph foreign_ends_graph() {
  OpChain g("foreign ends");
  const TensorId a = g.input({1, 3, 3, 2});
  const TensorId b = g.tensor("second", {1, 3, 3, 2}, 0.07F, 12);
  g.graph().inputs.push_back(b);
  const TensorId sum = g.op(ir::Add{}, {a, b}, 0.1F, 3);
  const TensorId product = g.op(ir::Mul{}, {a, b}, 0.2F, -1);
  g.graph().input_ends = {g.tensor("picture", {1, 3, 3, 2}, 0.06F, 120, ir::DataType::uint8),
                          g.tensor("signal", {1, 3, 3, 2}, 0, 0, ir::DataType::float32)};
  g.graph().output_ends = {g.tensor("real", {1, 3, 3, 2}, 0, 0, ir::DataType::float32),
                           g.tensor("byte", {1, 3, 3, 2}, 0.25F, 100, ir::DataType::uint8)};
  return g.finish({sum, product});
}

inline std::vector<ir::Graph> op_graphs() {
  std::vector<ir::Graph> graphs = sample_graphs();
  graphs.push_back(windows_graph());
  graphs.push_back(elementwise_graph());
  graphs.push_back(layout_graph());
  graphs.push_back(foreign_ends_graph());
  return graphs;
}

}  // namespace thimble::testing
