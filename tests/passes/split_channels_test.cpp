// Blocks split by channels: what is found, how channels are divided, and that values and constants stay.
#include "passes/split_channels.h"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ir/partial_sums.h"
#include "ir/verify.h"
#include "passes/any_image.h"
#include "plan/channels_graph.h"
#include "plan/graph_builder.h"
#include "reference/interpreter.h"

namespace thimble::passes {
namespace {

using ::testing::ElementsAre;
using testing::GraphBuilder;

/// An inverted residual: 6 channels, expanded to 32.
ir::Graph inverted_residual() {
  GraphBuilder g("block");
  const auto in = g.conv(g.input({1, 8, 6, 3}), 6, {3, 1, 1}, "stem");
  const auto plane = g.depthwise(g.conv(in, 32, {1, 1, 0}, "expand"), {5, 1, 2}, "depthwise");
  return g.finish({g.add(g.conv(plane, 6, {1, 1, 0}, "project"), in, "sum")});
}

/// Bytes of the constants that operators read, each once.
std::int64_t constant_bytes(const ir::Graph& graph) {
  std::vector<bool> is_read(graph.tensors.size(), false);
  for (const ir::Op& op : graph.ops)
    for (const ir::TensorId id : op.inputs)
      if (id != ir::no_tensor) is_read[static_cast<std::size_t>(id)] = true;
  std::int64_t bytes = 0;
  for (std::size_t id = 0; id < graph.tensors.size(); ++id)
    if (is_read[id] && graph.tensors[id].is_constant()) bytes += graph.tensors[id].bytes();
  return bytes;
}

TEST(SplitChannels, FindsBlocksWhoseMiddleNothingElseReads) {
  const ir::Graph graph = inverted_residual();
  const std::vector<ChannelBlock> blocks = channel_blocks(graph);
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_THAT(blocks[0].layers, ElementsAre(1, 2, 3));
  EXPECT_EQ(blocks[0].channels, 32);

  GraphBuilder g("others");
  const auto in = g.input({1, 6, 6, 4});
  const auto expanded = g.conv(in, 16, {1, 1, 0}, "expand");
  const auto plane = g.depthwise(expanded, {3, 1, 1}, "depthwise");
  const auto gated = g.mul(plane, g.mean(plane, "squeeze"), "gated");
  EXPECT_TRUE(channel_blocks(g.finish({g.conv(gated, 4, {1, 1, 0}, "project")})).empty());
}

TEST(SplitChannels, LeavesMiddlesThatAreOutputsAlone) {
  GraphBuilder g("output");
  const auto expanded = g.conv(g.input({1, 6, 6, 4}), 16, {1, 1, 0}, "expand");
  const auto projected = g.conv(expanded, 4, {1, 1, 0}, "project");
  EXPECT_TRUE(channel_blocks(g.finish({projected, expanded})).empty());
}

TEST(SplitChannels, GroupsAreMultiplesOfEightOrFour) {
  EXPECT_THAT(channel_groups(32, 2), ElementsAre(16, 16));
  EXPECT_THAT(channel_groups(40, 3), ElementsAre(16, 16, 8));
  EXPECT_THAT(channel_groups(24, 4), ElementsAre(8, 8, 4, 4));
  EXPECT_THAT(channel_groups(30, 2), ElementsAre(16, 14));
  EXPECT_THAT(channel_groups(12, 99), ElementsAre(4, 4, 4));
  EXPECT_THAT(channel_groups(8, 1), ElementsAre(8));
}

TEST(SplitChannels, AddsUpSumsThatTheLastGroupRequantizes) {
  const ir::Graph graph = inverted_residual();
  const std::vector<ChannelSplit> splits{{channel_blocks(graph)[0], 3}};
  const ir::Graph split = split_channels(graph, splits);
  ir::verify(split);
  ASSERT_EQ(split.ops.size(), graph.ops.size() + 6);
  const ir::Op& last = split.ops[9];
  EXPECT_EQ(last.outputs, graph.ops[3].outputs);
  EXPECT_EQ(ir::chain_to(split, last), (std::vector<const ir::Op*>{&split.ops[3], &split.ops[6], &last}));
  EXPECT_EQ(ir::macs_of(split), ir::macs_of(graph));
  EXPECT_EQ(constant_bytes(split), constant_bytes(graph));
  EXPECT_EQ(reference::run(split, any_image(graph)), reference::run(graph, any_image(graph)));
}

TEST(SplitChannels, KeepsWhatRandomGraphsCompute) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    ir::Graph graph = testing::channels_graph(seed);
    graph.rounding = seed % 3 == 0 ? ir::Rounding::once : ir::Rounding::twice;
    std::vector<ChannelSplit> splits;
    for (ChannelBlock& block : channel_blocks(graph))
      splits.push_back({std::move(block), 2 + static_cast<int>((seed + splits.size()) % 4)});
    const ir::Graph split = split_channels(graph, splits);
    ir::verify(split);
    ASSERT_EQ(reference::run(split, any_image(graph)), reference::run(graph, any_image(graph))) << "seed " << seed;
    ASSERT_EQ(ir::macs_of(split), ir::macs_of(graph)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace thimble::passes
