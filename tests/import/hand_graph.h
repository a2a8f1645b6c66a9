// Graphs written down tensor by tensor, for tests whose expected result can be checked by eye.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ir/graph.h"
#include "reference/interpreter.h"

namespace thimble::testing {

inline ir::Quantization per_tensor(float scale, int zero_point) { return {{scale}, {zero_point}, 0}; }

class HandGraph {
 public:
  using Quantization = std::optional<ir::Quantization>;

  explicit HandGraph(std::string name) { graph.name = std::move(name); }

  /// Activations are int8 if they have a quantization, else float32.
  ir::TensorId input(const std::string& name, ir::Shape shape, Quantization quantization = std::nullopt) {
    graph.inputs.push_back(tensor(name, std::move(shape), type_of(quantization), quantization));
    return graph.inputs.back();
  }

  template <typename T>
  ir::TensorId constant(const std::string& name, ir::Shape shape, const std::vector<T>& values, ir::DataType type,
                        Quantization quantization = std::nullopt) {
    const ir::TensorId id = tensor(name, std::move(shape), type, std::move(quantization));
    graph.tensor(id).data = ir::constant_data(std::span<const T>(values));
    return id;
  }
  ir::TensorId integers(const std::string& name, const std::vector<std::int32_t>& values) {
    return constant(name, {static_cast<int>(values.size())}, values, ir::DataType::int32);
  }
  /// int8 weights from a seeded generator, quantized per channel along `axis`.
  ir::TensorId weights(const std::string& name, const ir::Shape& shape, int axis) {
    ir::Quantization quantization;
    quantization.axis = axis;
    for (int c = 0; c < shape.at(static_cast<std::size_t>(axis)); ++c) {
      quantization.scale.push_back(0.01F + 0.001F * static_cast<float>(c));
      quantization.zero_point.push_back(0);
    }
    return constant(name, shape, random_values<std::int8_t>(ir::elements_of(shape), -127, 127), ir::DataType::int8,
                    quantization);
  }
  ir::TensorId bias(const std::string& name, int channels) {
    return constant(name, {channels}, random_values<std::int32_t>(channels, -2000, 2000), ir::DataType::int32);
  }
  ir::TensorId float_weights(const std::string& name, const ir::Shape& shape) {
    std::vector<float> values;
    for (const int v : random_values<int>(ir::elements_of(shape), -64, 64)) {
      values.push_back(static_cast<float>(v) / 64.0F);
    }
    return constant(name, shape, values, ir::DataType::float32);
  }

  ir::TensorId op(ir::Operator kind, std::vector<ir::TensorId> inputs, const std::string& name, ir::Shape shape,
                  Quantization quantization = std::nullopt) {
    return typed_op(std::move(kind), std::move(inputs), name, std::move(shape), type_of(quantization), quantization);
  }
  ir::TensorId typed_op(ir::Operator kind, std::vector<ir::TensorId> inputs, const std::string& name, ir::Shape shape,
                        ir::DataType type, Quantization quantization = std::nullopt) {
    const ir::TensorId id = tensor(name, std::move(shape), type, std::move(quantization));
    graph.tensor(id).source_op = static_cast<int>(graph.ops.size());
    graph.ops.push_back({std::move(kind), std::move(inputs), {id}});
    return id;
  }

  ir::TensorId tensor(const std::string& name, ir::Shape shape, ir::DataType type,
                      Quantization quantization = std::nullopt) {
    ir::Tensor tensor;
    tensor.name = name;
    tensor.shape = std::move(shape);
    tensor.type = type;
    tensor.quantization = std::move(quantization);
    return graph.add_tensor(std::move(tensor));
  }

  ir::Graph with_outputs(std::vector<ir::TensorId> outputs) {
    graph.outputs = std::move(outputs);
    return graph;
  }

  ir::Graph graph;

 private:
  static ir::DataType type_of(const Quantization& quantization) {
    return quantization ? ir::DataType::int8 : ir::DataType::float32;
  }
  template <typename T>
  std::vector<T> random_values(std::int64_t count, int least, int greatest) {
    std::uniform_int_distribution<int> distribution(least, greatest);
    std::vector<T> values;
    for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<T>(distribution(random_)));
    return values;
  }

  std::mt19937 random_{1};
};

/// Values for each input of a graph from a seeded generator: whole ranges of integers, -1..1 for float32.
inline std::vector<reference::Bytes> random_inputs(const ir::Graph& graph, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<reference::Bytes> inputs;
  for (const ir::TensorId id : graph.inputs) {
    const ir::Tensor& tensor = graph.tensor(id);
    reference::Bytes bytes(static_cast<std::size_t>(tensor.bytes()));
    if (tensor.type == ir::DataType::float32) {
      for (std::size_t i = 0; i + sizeof(float) <= bytes.size(); i += sizeof(float)) {
        const float value = static_cast<float>(static_cast<int>(random() % 257) - 128) / 128.0F;
        std::memcpy(bytes.data() + i, &value, sizeof value);
      }
    } else {
      for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() & 0xFF);
    }
    inputs.push_back(std::move(bytes));
  }
  return inputs;
}

}  // namespace thimble::testing
