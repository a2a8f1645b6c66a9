// ir/tiled_block.h
#pragma once

#include <array>
#include <cstdint>

#include "ir/graph.h"

namespace thimble::ir {

/// The layers of a TiledBlock: expansion, filter and projection. Their operators read and write tensors of the graph;
/// those between them (TiledBlock::expanded, TiledBlock::filtered) are computed by no other operator.
std::array<Op, 3> layers_of(const Op& block);

/// Rows [first, end) of a block's output that are computed together, and those of its input that they need.
struct Band {
  int first = 0, end = 0;
  int in_first = 0, in_end = 0;
  int new_first = 0;  ///< Rows from here on are read and expanded; those before it were kept by the band above.
};

/// The band that has a row of the output. Bands are TiledBlock::rows high and begin at row 0.
Band band_of(const Graph& graph, const Op& block, int row);

/// Rows and columns of the expanded tile that a tile of outputs needs, where it lies inside of the image.
struct TileSize {
  int rows = 0;
  int columns = 0;
};
TileSize expanded_tile(const Graph& graph, const Op& block);

/// Rows of the expansion that are kept from one band to the next.
int kept_rows(const Graph& graph, const Op& block);

/// Rows of the expansion that all bands compute together; more than there are where none is kept.
std::int64_t expanded_rows(const Graph& graph, const Op& block);

/// The layers of a block over one tile, as a graph by itself: one row of the tile is expanded, all of it filtered, and
/// one row of what comes out projected. What a kernel's choice and its cost depend on.
Graph tile_graph(const Graph& graph, const Op& block);

}  // namespace thimble::ir
