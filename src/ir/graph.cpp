#include "ir/graph.h"

#include <utility>

#include <fmt/ranges.h>

#include "ir/tiled_block.h"

namespace thimble::ir {

std::string_view name_of(DataType type) {
  switch (type) {
    case DataType::int4:
      return "int4";
    case DataType::int8:
      return "int8";
    case DataType::uint8:
      return "uint8";
    case DataType::int16:
      return "int16";
    case DataType::int32:
      return "int32";
    case DataType::int64:
      return "int64";
    case DataType::float32:
      return "float32";
    case DataType::boolean:
      return "bool";
  }
  return "?";
}

std::int64_t bytes_of(DataType type, std::int64_t elements) {
  switch (type) {
    case DataType::int4:
      return (elements + 1) / 2;
    case DataType::int8:
    case DataType::uint8:
    case DataType::boolean:
      return elements;
    case DataType::int16:
      return 2 * elements;
    case DataType::int32:
    case DataType::float32:
      return 4 * elements;
    case DataType::int64:
      return 8 * elements;
  }
  return elements;
}

std::int64_t elements_of(const Shape& shape) {
  std::int64_t count = 1;
  for (const int size : shape) count *= size;
  return count;
}

std::string text_of(const Shape& shape) { return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x")); }

TensorId Graph::add_tensor(Tensor tensor) {
  tensors.push_back(std::move(tensor));
  return static_cast<TensorId>(tensors.size()) - 1;
}

namespace {

/// Of all three layers; rows of the expansion as often as they are computed.
std::int64_t macs_of_tiles(const Graph& graph, const Op& block) {
  std::int64_t sum = 0;
  for (const Op& layer : layers_of(block)) {
    const bool is_expansion = layer.outputs == std::vector{std::get<TiledBlock>(block.kind).expanded};
    const std::int64_t macs = macs_of(graph, layer);
    const int rows = graph.tensor(layer.outputs[0]).shape.at(1);
    sum += is_expansion ? macs / rows * expanded_rows(graph, block) : macs;
  }
  return sum;
}

}  // namespace

std::int64_t macs_of(const Graph& graph, const Op& op) {
  const auto weights = [&]() -> const Shape& { return graph.tensor(op.inputs.at(1)).shape; };
  const auto outputs = [&] { return graph.tensor(op.outputs.at(0)).elements(); };
  if (std::holds_alternative<Conv2D>(op.kind)) {
    return outputs() * weights().at(1) * weights().at(2) * weights().at(3);
  }
  if (std::holds_alternative<DepthwiseConv2D>(op.kind)) return outputs() * weights().at(1) * weights().at(2);
  if (std::holds_alternative<FullyConnected>(op.kind)) return outputs() * weights().at(1);
  if (std::holds_alternative<TiledBlock>(op.kind)) return macs_of_tiles(graph, op);
  return 0;
}

std::int64_t macs_of(const Graph& graph) {
  std::int64_t sum = 0;
  for (const Op& op : graph.ops) sum += macs_of(graph, op);
  return sum;
}

}  // namespace thimble::ir
