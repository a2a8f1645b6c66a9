// Small float graphs and samples for them, built by hand.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "ir/graph.h"
#include "ir/shapes.h"
#include "quantize/labelled_inputs.h"

namespace thimble::testing {

/// Builds a float32 graph operator by operator.
class FloatGraph {
 public:
  ir::Graph graph;

  ir::TensorId input(ir::Shape shape) {
    graph.name = "test";
    graph.inputs.push_back(add("input" + std::to_string(graph.inputs.size()), std::move(shape)));
    return graph.inputs.back();
  }

  ir::TensorId constant(ir::Shape shape, const std::vector<float>& values) {
    const ir::TensorId id = add("constant" + std::to_string(graph.tensors.size()), std::move(shape));
    graph.tensor(id).data = ir::constant_data(std::span<const float>(values));
    return id;
  }

  /// A constant of normally distributed values.
  ir::TensorId noise(ir::Shape shape, float deviation = 0.5F) {
    std::vector<float> values(static_cast<std::size_t>(ir::elements_of(shape)));
    std::normal_distribution<float> normal(0, deviation);
    for (float& value : values) value = normal(random_);
    return constant(std::move(shape), values);
  }

  ir::TensorId op(ir::Operator kind, std::vector<ir::TensorId> inputs, ir::Shape shape = {}) {
    const ir::TensorId out = add("op" + std::to_string(graph.ops.size()), std::move(shape));
    graph.ops.push_back({.kind = std::move(kind), .inputs = std::move(inputs), .outputs = {out}});
    if (graph.tensor(out).shape.empty()) graph.tensor(out).shape = ir::output_shapes(graph, graph.ops.back()).at(0);
    return out;
  }

  ir::TensorId conv(ir::TensorId in, int channels, int kernel, ir::Activation activation = ir::Activation::none) {
    const int depth = graph.tensor(in).shape.back();
    ir::Conv2D conv;
    conv.padding = {.top = kernel / 2, .bottom = kernel / 2, .left = kernel / 2, .right = kernel / 2};
    conv.activation = activation;
    return op(conv, {in, noise({channels, kernel, kernel, depth}), noise({channels})});
  }

  ir::TensorId depthwise(ir::TensorId in, int kernel, ir::Activation activation = ir::Activation::none) {
    const int depth = graph.tensor(in).shape.back();
    ir::DepthwiseConv2D conv;
    conv.padding = {.top = kernel / 2, .bottom = kernel / 2, .left = kernel / 2, .right = kernel / 2};
    conv.activation = activation;
    return op(conv, {in, noise({1, kernel, kernel, depth}), noise({depth})});
  }

  ir::Graph finish(ir::TensorId output) {
    graph.outputs = {output};
    return graph;
  }

 private:
  ir::TensorId add(std::string name, ir::Shape shape) {
    ir::Tensor tensor;
    tensor.name = std::move(name);
    tensor.shape = std::move(shape);
    tensor.type = ir::DataType::float32;
    return graph.add_tensor(std::move(tensor));
  }

  std::mt19937 random_{7};
};

inline reference::Bytes bytes_of(const std::vector<float>& values) {
  reference::Bytes bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <typename T>
std::vector<T> values_of(const reference::Bytes& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// Random samples in [-1, 1] for a float graph's inputs.
inline quantize::LabelledInputs random_samples(const ir::Graph& graph, std::size_t count) {
  quantize::LabelledInputs samples;
  samples.labels.assign(count, 0);
  samples.class_names = {"any"};
  std::vector<std::int64_t> sizes;
  for (const ir::TensorId id : graph.inputs) sizes.push_back(graph.tensor(id).elements());
  samples.inputs = [sizes](std::size_t index) {
    std::mt19937 random(static_cast<unsigned>(index));
    std::uniform_real_distribution<float> uniform(-1, 1);
    std::vector<reference::Bytes> inputs;
    for (const std::int64_t size : sizes) {
      std::vector<float> values(static_cast<std::size_t>(size));
      for (float& value : values) value = uniform(random);
      inputs.push_back(bytes_of(values));
    }
    return inputs;
  };
  return samples;
}

template <typename Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace thimble::testing
