#include "ir/tiled_block.h"

#include "reference/operators.h"

namespace thimble::reference {

/// Its layers one after the other, each over the whole image.
Bytes evaluate(const Operands& operands, const ir::TiledBlock&) {
  Bytes between;
  std::size_t constants = 1;
  for (const ir::Op& layer : ir::layers_of(operands.op)) {
    const auto activation = constants == 1 ? operands.values.at(0) : std::span<const std::byte>(between);
    Bytes output = evaluate(Operands{
        operands.graph, layer, {activation, operands.values.at(constants), operands.values.at(constants + 1)}});
    between = std::move(output);
    constants += 2;
  }
  return between;
}

}  // namespace thimble::reference
