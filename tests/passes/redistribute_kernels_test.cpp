// Redistribution of graphs: what ir/redistribute.h does to the arch.json of the same network.
#include "passes/redistribute_kernels.h"

#include <gtest/gtest.h>

#include "ir/builders/builders.h"
#include "ir/netconfig_graph.h"
#include "ir/redistribute.h"
#include "passes/same_shapes.h"
#include "plan/graph_builder.h"

namespace thimble::passes {
namespace {

using testing::GraphBuilder;

struct StagedNetwork {
  const char* name;
  std::size_t blocks;  ///< Up to the first image of an eighth of the picture's size.
};

TEST(RedistributeKernels, EqualsTheRedistributedArchitecture) {
  for (const StagedNetwork& network :
       {StagedNetwork{"mobilenetv2", 4}, StagedNetwork{"mnasnet", 5}, StagedNetwork{"fbnet-a", 6},
        StagedNetwork{"mcunet-in3", 6}, StagedNetwork{"mcunet-vww1", 5}, StagedNetwork{"mcunet-vww2", 6}}) {
    SCOPED_TRACE(network.name);
    const ir::NetConfig config = ir::builders::build(network.name);
    ir::RedistributeOptions options;
    options.stage_blocks = network.blocks;
    const ir::Redistributed expected = ir::redistribute(config, options);
    const RedistributedGraph found = redistribute_kernels(ir::to_graph(config));
    EXPECT_EQ(found.changes.size(), expected.changes.size());
    EXPECT_EQ(receptive_field_of(ir::to_graph(config)), expected.field_before);
    EXPECT_EQ(receptive_field_of(found.graph), expected.field_after);
    testing::expect_same_shapes(found.graph, ir::to_graph(expected.config));
  }
}

TEST(RedistributeKernels, KeepsTheMiddleOfAKernel) {
  GraphBuilder g("head");
  auto last = g.depthwise(g.input({1, 32, 32, 2}), {5, 1, 2}, "first");
  for (const char* const name : {"a", "b", "c"}) last = g.depthwise(last, {3, 2, 1}, name);
  const ir::Graph graph = g.finish({g.depthwise(last, {5, 1, 2}, "last")});
  const RedistributedGraph found = redistribute_kernels(graph);
  ASSERT_EQ(found.changes.size(), 2U);
  EXPECT_EQ(found.changes[0].after, 1);
  EXPECT_EQ(found.changes[1].after, 7);
  const auto weights = [](const ir::Graph& of, std::size_t op) {
    return of.tensor(of.ops[op].inputs[1]).values<std::int8_t>();
  };
  EXPECT_EQ(weights(found.graph, 0)[0], weights(graph, 0)[2 * 12]);
  EXPECT_EQ(weights(found.graph, 4)[0], 0);
  EXPECT_EQ(weights(found.graph, 4)[2 * 8], weights(graph, 4)[0]);
}

TEST(RedistributeKernels, LeavesNetworksWithoutAPatchStageAlone) {
  GraphBuilder g("flat");
  const ir::Graph graph = g.finish({g.depthwise(g.input({1, 8, 8, 4}), {3, 1, 1}, "only")});
  EXPECT_TRUE(redistribute_kernels(graph).changes.empty());
}

}  // namespace
}  // namespace thimble::passes
