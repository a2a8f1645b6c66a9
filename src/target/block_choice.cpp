#include "target/block_choice.h"

#include <algorithm>

#include <fmt/core.h>

#include "ir/tiled_block.h"
#include "target/conv_choice.h"

namespace thimble::target {
namespace {

std::int64_t aligned(std::int64_t bytes) { return (bytes + 3) / 4 * 4; }

}  // namespace

BlockScratch block_scratch(const ir::Graph& graph, const ir::Op& op) {
  const auto& tiles = std::get<ir::TiledBlock>(op.kind);
  const ir::TileSize tile = ir::expanded_tile(graph, op);
  const std::int64_t channels = graph.tensor(tiles.expanded).shape.at(3);
  const ir::Shape& filtered = graph.tensor(tiles.filtered).shape;
  const std::int64_t outputs =
      std::int64_t{std::min(tiles.rows, filtered.at(1))} * std::min(tiles.columns, filtered.at(2));
  BlockScratch scratch;
  scratch.tile_columns = tile.columns;
  scratch.tile = aligned(ir::kept_rows(graph, op) * graph.tensor(tiles.expanded).shape.at(2) * channels);
  scratch.filtered = scratch.tile + aligned(std::int64_t{tile.rows} * tile.columns * channels);
  scratch.rest = scratch.filtered + aligned(outputs * channels);
  return scratch;
}

KernelChoice choose_block_kernel(const ir::Graph& graph, const ir::Op& op, const KernelOptions& options) {
  const ir::Graph tile = ir::tile_graph(graph, op);
  KernelOptions by_tiles = options;
  by_tiles.many_rows = false;
  KernelChoice result;
  result.kernel = "s8_tiles_generic";
  result.folder = "generic";
  result.driver = "thimble_tiled_rows";
  for (const ir::Op& layer : tile.ops) {
    result.layers.push_back(conv_kernels(tile, layer, by_tiles).front());
    result.weight_bytes += result.layers.back().weight_bytes;
    result.scratch_bytes = std::max(result.scratch_bytes, result.layers.back().scratch_bytes);
  }
  const BlockScratch scratch = block_scratch(graph, op);
  result.scratch_bytes += scratch.rest;
  result.kept_bytes = scratch.tile;
  const auto& tiles = std::get<ir::TiledBlock>(op.kind);
  result.reason = fmt::format("tiles of {} x {} outputs", tiles.rows, tiles.columns);
  return result;
}

}  // namespace thimble::target
