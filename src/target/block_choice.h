// target/block_choice.h
#pragma once

#include <cstdint>

#include "target/kernel_choice.h"

namespace thimble::target {

/// The kernels of a TiledBlock: those of its layers over one tile, in KernelChoice::layers, and where its scratch is.
/// @throws Error naming the layer if none can run it.
KernelChoice choose_block_kernel(const ir::Graph& graph, const ir::Op& op, const KernelOptions& options);

/// The parts of a block's scratch: kernels/generic/tiled_rows.h.
struct BlockScratch {
  int tile_columns = 0;
  std::int64_t tile = 0;      ///< Where the tile begins: behind the rows that are kept.
  std::int64_t filtered = 0;  ///< Where what the filter makes of a tile begins.
  std::int64_t rest = 0;      ///< Where the scratch of the layers' kernels begins.
};
BlockScratch block_scratch(const ir::Graph& graph, const ir::Op& op);

}  // namespace thimble::target
