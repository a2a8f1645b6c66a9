// Blocks in tiles: what is found, and that values, constants and multiply-accumulates are as they should be.
#include "passes/tile_blocks.h"

#include <gtest/gtest.h>

#include "ir/tiled_block.h"
#include "ir/verify.h"
#include "passes/any_image.h"
#include "plan/tiles_graph.h"
#include "reference/interpreter.h"

namespace thimble::passes {
namespace {

using testing::GraphBuilder;

/// 8 x 8 pixels of 4 channels, expanded to 16 under 3 x 3.
ir::Graph spatial_residual() {
  GraphBuilder g("block");
  const auto in = g.input({1, 8, 8, 4});
  const auto plane = g.depthwise(g.conv(in, 16, {1, 1, 0}, "expand"), {3, 1, 1}, "depthwise");
  return g.finish({g.add(g.conv(plane, 4, {1, 1, 0}, "project"), in, "sum")});
}

TEST(TileBlocks, FindsInvertedResiduals) {
  const std::vector<TileableBlock> blocks = tileable_blocks(spatial_residual());
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].expansion, 0);
  EXPECT_EQ(blocks[0].filter, 1);
  EXPECT_EQ(blocks[0].projection, 2);
}

TEST(TileBlocks, LeavesMiddlesThatOthersReadAlone) {
  GraphBuilder g("read twice");
  const auto plane = g.depthwise(g.conv(g.input({1, 8, 8, 4}), 16, {1, 1, 0}, "expand"), {3, 1, 1}, "depthwise");
  const auto projected = g.conv(plane, 4, {1, 1, 0}, "project");
  EXPECT_TRUE(tileable_blocks(g.finish({projected, plane})).empty());
}

TEST(TileBlocks, CountsRowsOfTheExpansionAsOftenAsTheyAreComputed) {
  const ir::Graph graph = spatial_residual();
  const std::vector<Tiling> tilings{{tileable_blocks(graph)[0], 2, 3}};
  const ir::Graph tiled = tile_blocks(graph, tilings);
  ir::verify(tiled);
  ASSERT_EQ(tiled.ops.size(), 2U);
  // Bands of two rows: the first and the last need three rows, those between them four.
  EXPECT_EQ(ir::expanded_rows(tiled, tiled.ops[0]), 3 + 4 + 4 + 3);
  const std::int64_t expansion = ir::macs_of(graph, graph.ops[0]);
  EXPECT_EQ(ir::macs_of(tiled) - ir::macs_of(graph), expansion * 14 / 8 - expansion);
  EXPECT_EQ(ir::expanded_tile(tiled, tiled.ops[0]).rows, 4);
  EXPECT_EQ(ir::expanded_tile(tiled, tiled.ops[0]).columns, 5);
}

TEST(TileBlocks, ChangeNoValue) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const ir::Graph graph = testing::tiles_graph(seed);
    const ir::Graph tiled = testing::in_some_tiles(graph, seed);
    ir::verify(tiled);
    const std::vector<reference::Bytes> image = any_image(graph);
    EXPECT_EQ(reference::run(tiled, image), reference::run(graph, image)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace thimble::passes
