// reference/operands.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "reference/interpreter.h"

namespace thimble::reference {

/// One operator together with the values of its inputs.
struct Operands {
  const ir::Graph& graph;
  const ir::Op& op;
  std::vector<std::span<const std::byte>> values;  ///< Of each input; empty for an absent one.

  const ir::Tensor& input(std::size_t i = 0) const { return graph.tensor(op.inputs.at(i)); }
  const ir::Tensor& output() const { return graph.tensor(op.outputs.at(0)); }
  bool has_input(std::size_t i) const { return i < op.inputs.size() && op.inputs[i] != ir::no_tensor; }
  /// The shape that the operator computes; the output tensor's own may differ in dimensions of size 1.
  ir::Shape output_shape() const;
};

/// @throws Error "<model>: <operator> "<layer>": <why>".
[[noreturn]] void reject(const Operands& operands, std::string_view why);
/// The same for a type that the operator is not defined for.
[[noreturn]] void reject_type(const Operands& operands, ir::DataType type);

template <typename T>
inline constexpr ir::DataType type_of = ir::DataType::boolean;
template <>
inline constexpr ir::DataType type_of<std::int8_t> = ir::DataType::int8;
template <>
inline constexpr ir::DataType type_of<std::uint8_t> = ir::DataType::uint8;
template <>
inline constexpr ir::DataType type_of<std::int16_t> = ir::DataType::int16;
template <>
inline constexpr ir::DataType type_of<std::int32_t> = ir::DataType::int32;
template <>
inline constexpr ir::DataType type_of<float> = ir::DataType::float32;

/// Input `i`, whose elements must be T.
template <typename T>
std::vector<T> input_values(const Operands& operands, std::size_t i = 0) {
  if (operands.input(i).type != type_of<T>) reject_type(operands, operands.input(i).type);
  const std::span<const std::byte> bytes = operands.values.at(i);
  std::vector<T> out(bytes.size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * sizeof(T));
  return out;
}

/// Input `i` of any integer type of up to 32 bits, widened.
std::vector<std::int32_t> input_integers(const Operands& operands, std::size_t i = 0);

template <typename T>
Bytes to_bytes(const std::vector<T>& values) {
  Bytes out(values.size() * sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), values.data(), out.size());
  return out;
}

/// Offset of each element of `shape`, in row-major order, when a step along dimension d moves by strides[d]. This is
/// how broadcasting (a stride of 0), transposing (permuted strides) and slicing (a start) read their inputs.
std::vector<std::int64_t> strided_offsets(std::span<const int> shape, std::span<const std::int64_t> strides,
                                          std::int64_t start = 0);

/// Strides, in elements, of a dense row-major tensor.
std::vector<std::int64_t> dense_strides(std::span<const int> shape);

}  // namespace thimble::reference
