// Squeeze-and-excites in two passes: what is found, what runs twice, and that the values stay.
#include "passes/recompute_excite.h"

#include <gtest/gtest.h>

#include "ir/verify.h"
#include "passes/any_image.h"
#include "plan/graph_builder.h"
#include "reference/interpreter.h"

namespace thimble::passes {
namespace {

using testing::GraphBuilder;

/// An inverted residual with squeeze-and-excite: 4 channels, expanded to 16.
ir::Graph excited_block(bool residual) {
  GraphBuilder g("excited");
  const auto in = g.conv(g.input({1, 8, 6, 3}), 4, {3, 1, 1}, "stem");
  const auto plane = g.depthwise(g.conv(in, 16, {1, 1, 0}, "expand"), {3, 1, 1}, "depthwise");
  const auto gate = g.sigmoid(g.conv(g.mean(plane, "squeeze"), 16, {1, 1, 0}, "excite"), "gate");
  const auto out = g.conv(g.mul(plane, gate, "product"), 4, {1, 1, 0}, "project");
  return g.finish({residual ? g.add(out, in, "sum") : out});
}

TEST(RecomputeExcite, FindsThePlaneAndWhatItComesFrom) {
  const ir::Graph graph = excited_block(true);
  const std::vector<Excitation> found = excitations(graph);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(graph.tensor(found[0].source).name, "stem");
  EXPECT_EQ(graph.tensor(found[0].plane).name, "depthwise");
  EXPECT_EQ(found[0].layers, (std::vector<int>{1, 2}));
  EXPECT_EQ(found[0].macs, 8 * 6 * 16 * (4 + 9));
  EXPECT_EQ(found[0].held_bytes, 8 * 6 * (16 + 4));
  EXPECT_EQ(excitations(excited_block(false))[0].held_bytes, 8 * 6 * 16);
}

TEST(RecomputeExcite, RunsTheLayersOfThePlaneTwiceWithTheSameConstants) {
  const ir::Graph graph = excited_block(true);
  const std::vector<Excitation> found = excitations(graph);
  const ir::Graph twice = recompute_excite(graph, found);
  ir::verify(twice);
  EXPECT_EQ(twice.ops.size(), graph.ops.size() + 2);
  EXPECT_EQ(ir::macs_of(twice), ir::macs_of(graph) + found[0].macs);
  EXPECT_TRUE(excitations(twice).empty());
  for (std::size_t id = graph.tensors.size(); id < twice.tensors.size(); ++id)
    EXPECT_FALSE(twice.tensors[id].is_constant());
  const std::vector<reference::Bytes> image = any_image(graph);
  EXPECT_EQ(reference::run(twice, image), reference::run(graph, image));
}

TEST(RecomputeExcite, LeavesProductsWithOtherThingsAlone) {
  GraphBuilder g("others");
  const auto in = g.input({1, 6, 6, 4});
  const auto plane = g.depthwise(g.conv(in, 16, {1, 1, 0}, "expand"), {3, 1, 1}, "depthwise");
  const auto gate = g.conv(g.mean(in, "of the input"), 16, {1, 1, 0}, "gate");
  const auto gated = g.mul(plane, gate, "gated by something else");
  EXPECT_TRUE(excitations(g.finish({g.mul(gated, g.sigmoid(gated, "all of it"), "no gate of channels")})).empty());
}

}  // namespace
}  // namespace thimble::passes
