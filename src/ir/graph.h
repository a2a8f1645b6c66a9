// ir/graph.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/ops.h"
#include "ir/requantize.h"

namespace thimble::ir {

enum class DataType { int4, int8, uint8, int16, int32, int64, float32, boolean };

/// "int8", "float32", ...
std::string_view name_of(DataType type);

/// Bytes of `elements` elements; int4 packs two to a byte.
std::int64_t bytes_of(DataType type, std::int64_t elements);

using Shape = std::vector<int>;
std::int64_t elements_of(const Shape& shape);
/// "1x96x96x3"
std::string text_of(const Shape& shape);

/// real = scale * (quantized - zero_point); one scale, or one for each index along dimension `axis`.
struct Quantization {
  std::vector<float> scale;
  std::vector<int> zero_point;
  int axis = 0;
  bool operator==(const Quantization&) const = default;
};

using TensorId = int;
inline constexpr TensorId no_tensor = -1;

/// A tensor of the graph. Ids are indices into Graph::tensors and never change: passes leave tensors that they make
/// unused where they are, so a tensor means the same values before and after a pass.
struct Tensor {
  std::string name;
  Shape shape;
  DataType type = DataType::int8;
  std::optional<Quantization> quantization = std::nullopt;
  /// The values of a constant, little-endian and dense; empty for activations. Shared between copies of a graph.
  std::shared_ptr<const std::vector<std::byte>> data = nullptr;
  /// Index of the operator of the source model that computes this tensor, or -1.
  int source_op = -1;

  bool is_constant() const { return data != nullptr; }
  std::int64_t elements() const { return elements_of(shape); }
  std::int64_t bytes() const { return bytes_of(type, elements()); }
  /// Per-tensor quantization; the tensor must have one.
  float scale() const { return quantization->scale.at(0); }
  int zero_point() const { return quantization->zero_point.empty() ? 0 : quantization->zero_point[0]; }
  /// The constant's values, copied out. T must be as wide as the element type.
  template <typename T>
  std::vector<T> values() const;
};

/// A picture or a feature map: 1 x height x width x channels.
inline bool is_image(const Tensor& tensor) { return tensor.shape.size() == 4 && tensor.shape[0] == 1; }

/// Makes the `data` of a constant tensor.
template <typename T>
std::shared_ptr<const std::vector<std::byte>> constant_data(std::span<const T> values);

struct Op {
  Operator kind;
  std::vector<TensorId> inputs;  ///< no_tensor for an absent optional input.
  std::vector<TensorId> outputs;
};

/// A network: operators in topological order over tensors. Static shapes, batch 1, NHWC.
struct Graph {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<Op> ops;
  std::vector<TensorId> inputs;
  std::vector<TensorId> outputs;
  /// The model's own tensors at its ends, where passes/strip_ends took a QUANTIZE or DEQUANTIZE off: one entry for each
  /// of `inputs` / `outputs`, no_tensor where nothing was taken. Empty if the pass did not run.
  std::vector<TensorId> input_ends;
  std::vector<TensorId> output_ends;
  /// Class names, if the model's metadata has them.
  std::vector<std::string> labels;
  /// How its operators requantize: part of what it means, and the caller's choice.
  Rounding rounding = Rounding::twice;

  const Tensor& tensor(TensorId id) const { return tensors.at(static_cast<std::size_t>(id)); }
  Tensor& tensor(TensorId id) { return tensors.at(static_cast<std::size_t>(id)); }
  TensorId add_tensor(Tensor tensor);
  const Op& op(int index) const { return ops.at(static_cast<std::size_t>(index)); }
  /// The graph's name for `op` in messages: its output tensor's name.
  const std::string& name_of(const Op& op) const { return tensor(op.outputs.at(0)).name; }
};

/// Multiply-accumulates of one operator: convolutions, depthwise convolutions and fully connected layers; others 0.
std::int64_t macs_of(const Graph& graph, const Op& op);
std::int64_t macs_of(const Graph& graph);

// ---- implementation ----

template <typename T>
std::vector<T> Tensor::values() const {
  std::vector<T> out(data->size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), data->data(), out.size() * sizeof(T));
  return out;
}

template <typename T>
std::shared_ptr<const std::vector<std::byte>> constant_data(std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  return std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
}

}  // namespace thimble::ir
