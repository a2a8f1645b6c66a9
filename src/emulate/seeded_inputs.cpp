#include "emulate/seeded_inputs.h"

#include <cstring>
#include <utility>

namespace thimble::emulate {

TensorValues seeded_inputs(const ir::Graph& graph, std::span<const ir::TensorId> tensors, std::uint32_t seed) {
  TensorValues inputs;
  std::uint32_t index = seed;
  for (const ir::TensorId id : tensors) {
    const ir::Tensor& tensor = graph.tensor(id);
    Bytes bytes(static_cast<std::size_t>(tensor.bytes()));
    for (std::int64_t i = 0; i < tensor.elements(); ++i, ++index) {
      const int value = static_cast<int>(((index * 1103515245U + 12345U) >> 16) & 0xFFU) - 128;
      const auto at = static_cast<std::size_t>(i);
      if (tensor.type == ir::DataType::float32) {
        const float real = static_cast<float>(value) / 128.0F;
        std::memcpy(bytes.data() + at * sizeof real, &real, sizeof real);
      } else {
        bytes.at(at) = static_cast<std::byte>(tensor.type == ir::DataType::uint8 ? value + 128 : value);
      }
    }
    inputs.push_back(std::move(bytes));
  }
  return inputs;
}

}  // namespace thimble::emulate
