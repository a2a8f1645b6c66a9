// Random graphs of inverted residuals, of all kernel sizes and strides, and those graphs with each block in tiles.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "graph_builder.h"
#include "passes/tile_blocks.h"

namespace thimble::testing {

inline ir::Graph tiles_graph(unsigned seed) {
  std::mt19937 random(seed);
  GraphBuilder g("tiles", seed);
  const auto any = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  TensorId x = g.conv(g.input({1, any(5, 14), any(5, 14), 3}), any(2, 8), {3, 1, 1}, "stem");
  const int blocks = any(1, 3);
  for (int i = 0; i < blocks; ++i) {
    const std::string name = "block " + std::to_string(i);
    const int kernel = 3 + 2 * any(0, 2);
    const int stride = any(1, 2);
    TensorId plane = g.conv(x, any(5, 24), {1, 1, 0}, name + " expand");
    plane = g.depthwise(plane, {kernel, stride, any(0, 3) > 0 ? kernel / 2 : 1}, name + " depthwise");
    const bool same_size = g.shape_of(plane)[1] == g.shape_of(x)[1] && g.shape_of(plane)[2] == g.shape_of(x)[2];
    const bool adds = same_size && any(0, 2) > 0;
    const TensorId projected = g.conv(plane, adds ? g.shape_of(x)[3] : any(2, 9), {1, 1, 0}, name + " project");
    x = adds ? g.add(projected, x, name + " sum") : projected;
    if (g.shape_of(x)[1] < 5 || g.shape_of(x)[2] < 5) break;
  }
  return g.finish({x});
}

/// Each block in tiles of some size, smaller and larger than its outputs.
inline ir::Graph in_some_tiles(const ir::Graph& graph, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<passes::Tiling> tilings;
  for (const passes::TileableBlock& block : passes::tileable_blocks(graph))
    tilings.push_back(
        {block, 1 + static_cast<int>(random() % 4), 1 + static_cast<int>(random() % 8), random() % 2 == 0});
  return passes::tile_blocks(graph, tilings);
}

}  // namespace thimble::testing
