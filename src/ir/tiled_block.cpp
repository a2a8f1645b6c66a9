#include "ir/tiled_block.h"

#include <algorithm>

namespace thimble::ir {
namespace {

const TiledBlock& tiles_of(const Op& block) { return std::get<TiledBlock>(block.kind); }

int height(const Graph& graph, TensorId id) { return graph.tensor(id).shape.at(1); }
int width(const Graph& graph, TensorId id) { return graph.tensor(id).shape.at(2); }

const Shape& filter_shape(const Graph& graph, const Op& block) { return graph.tensor(block.inputs.at(3)).shape; }

/// Of `out` outputs in a line, `stride` apart.
int reach(int out, int stride, int kernel) { return (out - 1) * stride + kernel; }

}  // namespace

std::array<Op, 3> layers_of(const Op& block) {
  const TiledBlock& tiles = tiles_of(block);
  const auto& in = block.inputs;
  return {Op{tiles.expansion, {in.at(0), in.at(1), in.at(2)}, {tiles.expanded}},
          Op{tiles.filter, {tiles.expanded, in.at(3), in.at(4)}, {tiles.filtered}},
          Op{tiles.projection, {tiles.filtered, in.at(5), in.at(6)}, block.outputs}};
}

Band band_of(const Graph& graph, const Op& block, int row) {
  const TiledBlock& tiles = tiles_of(block);
  const int rows = height(graph, block.inputs.at(0));
  Band band;
  band.first = row / tiles.rows * tiles.rows;
  band.end = std::min(band.first + tiles.rows, height(graph, block.outputs.at(0)));
  const int top = band.first * tiles.filter.stride_h - tiles.filter.padding.top;
  band.in_first = std::clamp(top, 0, rows);
  band.in_end =
      std::clamp(top + reach(band.end - band.first, tiles.filter.stride_h, filter_shape(graph, block).at(1)), 0, rows);
  band.new_first = band.first > 0 && kept_rows(graph, block) > 0
                       ? std::clamp(top + kept_rows(graph, block), band.in_first, band.in_end)
                       : band.in_first;
  return band;
}

int kept_rows(const Graph& graph, const Op& block) {
  const TiledBlock& tiles = tiles_of(block);
  return tiles.keeps_rows ? std::max(0, filter_shape(graph, block).at(1) - tiles.filter.stride_h) : 0;
}

TileSize expanded_tile(const Graph& graph, const Op& block) {
  const TiledBlock& tiles = tiles_of(block);
  const Shape& kernel = filter_shape(graph, block);
  return {std::min(reach(tiles.rows, tiles.filter.stride_h, kernel.at(1)), height(graph, tiles.expanded)),
          std::min(reach(tiles.columns, tiles.filter.stride_w, kernel.at(2)), width(graph, tiles.expanded))};
}

std::int64_t expanded_rows(const Graph& graph, const Op& block) {
  std::int64_t rows = 0;
  for (int row = 0; row < height(graph, block.outputs.at(0)); row += tiles_of(block).rows) {
    const Band band = band_of(graph, block, row);
    rows += band.in_end - band.new_first;
  }
  return rows;
}

Graph tile_graph(const Graph& graph, const Op& block) {
  const TiledBlock& tiles = tiles_of(block);
  const Shape& kernel = filter_shape(graph, block);
  const int rows = std::min(tiles.rows, height(graph, tiles.filtered));
  const int columns = std::min(tiles.columns, width(graph, tiles.filtered));
  const int tile_columns = reach(columns, tiles.filter.stride_w, kernel.at(2));
  Graph tile;
  tile.name = graph.name;
  tile.rounding = graph.rounding;
  const auto add = [&](TensorId id, int tensor_rows, int tensor_columns) {
    Tensor tensor = graph.tensor(id);
    tensor.shape[1] = tensor_rows;
    tensor.shape[2] = tensor_columns;
    return tile.add_tensor(std::move(tensor));
  };
  const auto copy = [&](TensorId id) { return id == no_tensor ? no_tensor : tile.add_tensor(graph.tensor(id)); };
  const auto constants = [&](TensorId input, std::size_t first) {
    return std::vector<TensorId>{input, copy(block.inputs.at(first)), copy(block.inputs.at(first + 1))};
  };
  DepthwiseConv2D filter = tiles.filter;
  filter.padding = {};
  tile.ops.push_back({tiles.expansion,
                      constants(add(block.inputs.at(0), 1, tile_columns), 1),
                      {add(tiles.expanded, 1, tile_columns)}});
  const TensorId expanded = add(tiles.expanded, reach(rows, tiles.filter.stride_h, kernel.at(1)), tile_columns);
  tile.ops.push_back({filter, constants(expanded, 3), {add(tiles.filtered, rows, columns)}});
  tile.ops.push_back(
      {tiles.projection, constants(add(tiles.filtered, 1, columns), 5), {add(block.outputs.at(0), 1, columns)}});
  return tile;
}

}  // namespace thimble::ir
