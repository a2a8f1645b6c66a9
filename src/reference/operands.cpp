#include "reference/operands.h"

#include <algorithm>

#include "base/error.h"
#include "ir/shapes.h"

namespace thimble::reference {

ir::Shape Operands::output_shape() const { return ir::output_shapes(graph, op).at(0); }

void reject(const Operands& operands, std::string_view why) {
  fail("{}: {} \"{}\": {}", operands.graph.name, ir::name_of(operands.op.kind), operands.graph.name_of(operands.op),
       why);
}

void reject_type(const Operands& operands, ir::DataType type) {
  reject(operands, fmt::format("is not defined for {} tensors", ir::name_of(type)));
}

namespace {

template <typename T>
std::vector<std::int32_t> widened(const Operands& operands, std::size_t i) {
  const std::vector<T> narrow = input_values<T>(operands, i);
  return {narrow.begin(), narrow.end()};
}

}  // namespace

std::vector<std::int32_t> input_integers(const Operands& operands, std::size_t i) {
  switch (operands.input(i).type) {
    case ir::DataType::int8:
      return widened<std::int8_t>(operands, i);
    case ir::DataType::uint8:
      return widened<std::uint8_t>(operands, i);
    case ir::DataType::int16:
      return widened<std::int16_t>(operands, i);
    case ir::DataType::int32:
      return widened<std::int32_t>(operands, i);
    default:
      reject_type(operands, operands.input(i).type);
  }
}

std::vector<std::int64_t> strided_offsets(std::span<const int> shape, std::span<const std::int64_t> strides,
                                          std::int64_t start) {
  std::vector<std::int64_t> offsets{start};
  for (std::size_t d = 0; d < shape.size(); ++d) {
    std::vector<std::int64_t> finer;
    finer.reserve(offsets.size() * static_cast<std::size_t>(shape[d]));
    for (const std::int64_t offset : offsets) {
      for (int i = 0; i < shape[d]; ++i) finer.push_back(offset + i * strides[d]);
    }
    offsets = std::move(finer);
  }
  return offsets;
}

std::vector<std::int64_t> dense_strides(std::span<const int> shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * shape[d];
  return strides;
}

}  // namespace thimble::reference
