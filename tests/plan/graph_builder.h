// Small int8 graphs for tests, built operator by operator with weights from a seeded generator.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ir/graph.h"

namespace thimble::testing {

using ir::Shape;
using ir::TensorId;

/// Adds operators to a graph; each function returns the id of its output tensor. Output shapes follow from the inputs'.
/// Scales are chosen so that values spread over the int8 range: an error anywhere shows at the outputs.
class GraphBuilder {
 public:
  explicit GraphBuilder(std::string name, unsigned seed = 1) : random_(seed) { graph_.name = std::move(name); }

  TensorId input(Shape shape, const std::string& name = "input") {
    const TensorId id = activation(name, std::move(shape), 0.05F, -3);
    graph_.inputs.push_back(id);
    return id;
  }

  struct Window {
    int size = 3;
    int stride = 1;
    int padding = 1;
  };

  TensorId conv(TensorId in, int out_channels, Window window, const std::string& name) {
    const Shape shape = graph_.tensor(in).shape;
    const int depth = window.size * window.size * shape[3];
    const TensorId weights = weight(name + "/weights", {out_channels, window.size, window.size, shape[3]}, 0);
    const TensorId bias = bias_of(name + "/bias", in, weights, out_channels);
    const TensorId out =
        activation(name, windowed(shape, window, out_channels), accumulated_scale(in, weights, depth), 5);
    ir::Conv2D op;
    op.stride_h = op.stride_w = window.stride;
    op.padding = {window.padding, window.padding, window.padding, window.padding};
    return append(op, {in, weights, bias}, out);
  }

  TensorId depthwise(TensorId in, Window window, const std::string& name) {
    const Shape shape = graph_.tensor(in).shape;
    const int channels = shape[3];
    const TensorId weights = weight(name + "/weights", {1, window.size, window.size, channels}, 3);
    const TensorId bias = bias_of(name + "/bias", in, weights, channels);
    const TensorId out = activation(name, windowed(shape, window, channels),
                                    accumulated_scale(in, weights, window.size * window.size), -7);
    ir::DepthwiseConv2D op;
    op.stride_h = op.stride_w = window.stride;
    op.padding = {window.padding, window.padding, window.padding, window.padding};
    return append(op, {in, weights, bias}, out);
  }

  TensorId fully_connected(TensorId in, int outputs, const std::string& name) {
    const int depth = static_cast<int>(graph_.tensor(in).elements());
    const TensorId weights = weight(name + "/weights", {outputs, depth}, 0, false);
    const TensorId bias = bias_of(name + "/bias", in, weights, outputs);
    const TensorId out = activation(name, {1, outputs}, accumulated_scale(in, weights, depth), 2);
    return append(ir::FullyConnected{}, {in, weights, bias}, out);
  }

  TensorId add(TensorId a, TensorId b, const std::string& name) {
    const TensorId out = activation(name, larger(a, b), graph_.tensor(a).scale() + graph_.tensor(b).scale(), 1);
    return append(ir::Add{}, {a, b}, out);
  }

  TensorId mul(TensorId a, TensorId b, const std::string& name) {
    const TensorId out = activation(name, larger(a, b), graph_.tensor(a).scale() * graph_.tensor(b).scale() * 100, 0);
    return append(ir::Mul{}, {a, b}, out);
  }

  TensorId max_pool(TensorId in, Window window, const std::string& name) {
    const Shape shape = graph_.tensor(in).shape;
    ir::Pool2D op;
    op.kind = ir::PoolKind::max;
    op.filter_h = op.filter_w = window.size;
    op.stride_h = op.stride_w = window.stride;
    op.padding = {window.padding, window.padding, window.padding, window.padding};
    return append(op, {in}, like(in, name, windowed(shape, window, shape[3])));
  }

  TensorId pad(TensorId in, int amount, const std::string& name) {
    const Shape shape = graph_.tensor(in).shape;
    ir::Pad op;
    op.amounts = {{0, 0}, {amount, amount}, {amount, amount}, {0, 0}};
    return append(op, {in}, like(in, name, {1, shape[1] + 2 * amount, shape[2] + 2 * amount, shape[3]}));
  }

  TensorId resize(TensorId in, int height, int width, const std::string& name) {
    return append(ir::ResizeNearest{}, {in}, like(in, name, {1, height, width, graph_.tensor(in).shape[3]}));
  }

  TensorId mean(TensorId in, const std::string& name) {
    ir::Mean op;
    op.axes = {1, 2};
    op.keep_dims = true;
    return append(op, {in}, activation(name, {1, 1, 1, graph_.tensor(in).shape[3]}, 0.02F, 0));
  }

  /// Over each row: [1,H,W,C] to [1,H,1,C].
  TensorId mean_of_rows(TensorId in, const std::string& name) {
    ir::Mean op;
    op.axes = {2};
    op.keep_dims = true;
    const Shape shape = graph_.tensor(in).shape;
    return append(op, {in}, activation(name, {1, shape[1], 1, shape[3]}, 0.02F, 0));
  }

  /// Joins along the channels.
  TensorId concat(const std::vector<TensorId>& parts, const std::string& name) {
    Shape shape = graph_.tensor(parts.at(0)).shape;
    shape[3] = 0;
    for (const TensorId part : parts) shape[3] += graph_.tensor(part).shape[3];
    ir::Concat op;
    op.axis = 3;
    return append(op, parts, like(parts.at(0), name, shape));
  }

  TensorId reshape(TensorId in, Shape shape, const std::string& name) {
    return append(ir::Reshape{}, {in}, like(in, name, std::move(shape)));
  }

  TensorId sigmoid(TensorId in, const std::string& name) {
    return append(ir::Sigmoid{}, {in}, activation(name, graph_.tensor(in).shape, 1.0F / 256, -128));
  }

  TensorId softmax(TensorId in, const std::string& name) {
    return append(ir::Softmax{}, {in}, activation(name, graph_.tensor(in).shape, 1.0F / 256, -128));
  }

  const Shape& shape_of(TensorId tensor) const { return graph_.tensor(tensor).shape; }

  /// The graph whose outputs are these tensors.
  ir::Graph finish(const std::vector<TensorId>& outputs) {
    graph_.outputs = outputs;
    return std::move(graph_);
  }

 private:
  static Shape windowed(const Shape& shape, Window window, int channels) {
    const auto size = [&](int in) { return (in + 2 * window.padding - window.size) / window.stride + 1; };
    return {1, size(shape[1]), size(shape[2]), channels};
  }

  const Shape& larger(TensorId a, TensorId b) const {
    return graph_.tensor(a).elements() >= graph_.tensor(b).elements() ? graph_.tensor(a).shape : graph_.tensor(b).shape;
  }

  /// The output scale that lets a sum of `depth` products of random int8 values have a deviation of about 50 steps.
  float accumulated_scale(TensorId in, TensorId weights, int depth) const {
    const float product_scale = graph_.tensor(in).scale() * graph_.tensor(weights).quantization->scale[0];
    return product_scale * std::sqrt(static_cast<float>(depth)) * 90;
  }

  TensorId activation(const std::string& name, Shape shape, float scale, int zero_point) {
    ir::Tensor tensor;
    tensor.name = name;
    tensor.shape = std::move(shape);
    tensor.quantization = ir::Quantization{{scale}, {zero_point}, 0};
    return add_tensor(std::move(tensor));
  }

  TensorId like(TensorId in, const std::string& name, Shape shape) {
    return activation(name, std::move(shape), graph_.tensor(in).scale(), graph_.tensor(in).zero_point());
  }

  TensorId weight(const std::string& name, Shape shape, int axis, bool per_channel = true) {
    ir::Tensor tensor;
    tensor.name = name;
    tensor.shape = std::move(shape);
    const auto channels = static_cast<std::size_t>(per_channel ? tensor.shape[static_cast<std::size_t>(axis)] : 1);
    ir::Quantization quantization{{}, std::vector<int>(channels, 0), axis};
    for (std::size_t c = 0; c < channels; ++c) quantization.scale.push_back(0.01F + 0.001F * static_cast<float>(c));
    tensor.quantization = std::move(quantization);
    std::vector<std::int8_t> values(static_cast<std::size_t>(tensor.elements()));
    std::uniform_int_distribution<int> any(-127, 127);
    std::generate(values.begin(), values.end(), [&] { return static_cast<std::int8_t>(any(random_)); });
    tensor.data = ir::constant_data<std::int8_t>(values);
    return add_tensor(std::move(tensor));
  }

  TensorId bias_of(const std::string& name, TensorId in, TensorId weights, int channels) {
    ir::Tensor tensor;
    tensor.name = name;
    tensor.shape = {channels};
    tensor.type = ir::DataType::int32;
    ir::Quantization quantization = *graph_.tensor(weights).quantization;
    quantization.axis = 0;
    for (float& scale : quantization.scale) scale *= graph_.tensor(in).scale();
    tensor.quantization = std::move(quantization);
    std::vector<std::int32_t> values(static_cast<std::size_t>(channels));
    std::uniform_int_distribution<std::int32_t> any(-2000, 2000);
    std::generate(values.begin(), values.end(), [&] { return any(random_); });
    tensor.data = ir::constant_data<std::int32_t>(values);
    return add_tensor(std::move(tensor));
  }

  TensorId add_tensor(ir::Tensor tensor) {
    graph_.tensors.push_back(std::move(tensor));
    return static_cast<TensorId>(graph_.tensors.size()) - 1;
  }

  TensorId append(ir::Operator kind, std::vector<TensorId> inputs, TensorId out) {
    graph_.tensor(out).source_op = static_cast<int>(graph_.ops.size());
    graph_.ops.push_back({std::move(kind), std::move(inputs), {out}});
    return out;
  }

  ir::Graph graph_;
  std::mt19937 random_;
};

}  // namespace thimble::testing
