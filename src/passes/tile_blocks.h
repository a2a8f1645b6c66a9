// passes/tile_blocks.h
#pragma once

#include <span>
#include <vector>

#include "ir/graph.h"

namespace thimble::passes {

/// Three layers that can run in tiles: a pointwise convolution, a depthwise one, a pointwise one, each the only reader
/// of the one before. Indices in graph.ops, in order.
struct TileableBlock {
  int expansion = 0;
  int filter = 0;
  int projection = 0;
};

/// Rows and columns of outputs that are computed together.
struct Tiling {
  TileableBlock block;
  int rows = 1;
  int columns = 1;
  bool keeps_rows = false;  ///< ir::TiledBlock::keeps_rows.
};

/// All of a graph. No layer is in two of them.
std::vector<TileableBlock> tileable_blocks(const ir::Graph& graph);

/// The one operator that a block in tiles is, in the place of its layers.
ir::Op tiled(const ir::Graph& graph, const Tiling& tiling);

/// The graph with these of its blocks in tiles. Tensors keep their ids and values; those between the layers are not
/// computed any more.
ir::Graph tile_blocks(ir::Graph graph, std::span<const Tiling> tilings);

}  // namespace thimble::passes
