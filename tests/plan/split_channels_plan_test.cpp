// Plans of graphs whose blocks are split by channels: int32 sums that are updated in place, in layers and in streams.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.h"
#include "channels_graph.h"
#include "passes/split_channels.h"
#include "plan/channel_search.h"
#include "plan/network_plan.h"
#include "plan/plan_cost.h"
#include "plan/verify_plan.h"
#include "random_division.h"
#include "reference/interpreter.h"
#include "simulate.h"

namespace thimble::plan {
namespace {

using testing::GraphBuilder;

/// Each block in two to five groups.
ir::Graph in_groups(const ir::Graph& graph) {
  ChannelSplits splits;
  for (passes::ChannelBlock& block : passes::channel_blocks(graph))
    splits.push_back({std::move(block), *rc::gen::inRange(2, 6)});
  return passes::split_channels(graph, splits);
}

TEST(SplitChannelsPlan, AnyPlanVerifiesAndComputesTheSame) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<unsigned>();
    const ir::Graph graph = testing::channels_graph(seed);
    const ir::Graph split = in_groups(graph);
    const std::vector<target::KernelChoice> kernels = testing::test_kernels_of(split);
    PlanOptions options;
    options.overlap = *rc::gen::arbitrary<bool>();
    options.in_place = *rc::gen::arbitrary<bool>();
    const Plan plan =
        plan_segments(split, kernels, kernels, testing::random_division(split, kernels, options), options);
    verify_plan(split, plan);
    const auto inputs = testing::random_inputs(graph, seed);
    RC_ASSERT(testing::simulate(split, plan, inputs, seed) == reference::run(graph, inputs));
  }));
}

/// Six channels of 5 x 5 pixels, expanded to 96, under a kernel that sees all of them.
ir::Graph wide_block() {
  GraphBuilder g("wide");
  const auto in = g.input({1, 5, 5, 6});
  const auto plane = g.depthwise(g.conv(in, 96, {1, 1, 0}, "expand"), {7, 1, 3}, "depthwise");
  return g.finish({g.add(g.conv(plane, 6, {1, 1, 0}, "project"), in, "sum")});
}

TEST(SplitChannelsPlan, HoldsTheInputTheSumsAndAGroup) {
  const ir::Graph graph = wide_block();
  const ChannelSplits splits{{passes::channel_blocks(graph).at(0), 12}};
  const ir::Graph split = passes::split_channels(graph, splits);
  const Plan plan = testing::layerwise_plan(split);
  verify_plan(split, plan);
  const std::int64_t pixels = 25;
  EXPECT_EQ(bytes_of_split(graph, splits[0].block, 12), pixels * (6 + 4 * 6 + 8));
  constexpr std::int64_t scratch = 7 * 7 * 8;  // Of the test's kernels, at most; and alignment.
  EXPECT_LE(plan.arena_bytes, bytes_of_split(graph, splits[0].block, 12) + scratch);
  EXPECT_GT(testing::layerwise_plan(graph).arena_bytes, pixels * (6 + 96));
}

TEST(SplitChannelsPlan, RefusesSumsThatAreWrittenOverOrNotAligned) {
  const ir::Graph graph = wide_block();
  const ChannelSplits splits{{passes::channel_blocks(graph).at(0), 2}};
  const ir::Graph split = passes::split_channels(graph, splits);
  const Plan plan = testing::layerwise_plan(split);
  const auto sums = std::ranges::find_if(plan.placements, [&](const Placement& placement) {
    return split.tensor(placement.tensor).type == ir::DataType::int32;
  });
  ASSERT_NE(sums, plan.placements.end());
  const auto place = static_cast<std::size_t>(sums - plan.placements.begin());
  Plan shifted = plan;
  ++shifted.placements[place].offset;
  ++shifted.buffers[static_cast<std::size_t>(sums->buffer)].bytes;
  EXPECT_THROW(verify_plan(split, shifted), Error);
  Plan unspecial = plan;  // A last group that would write its bytes over words that are still to be read.
  for (Stage& stage : unspecial.stages)
    for (Step& step : stage.steps)
      if (split.ops[static_cast<std::size_t>(step.op)].outputs == graph.ops[2].outputs) step.kernel.in_place = true;
  for (Placement& placement : unspecial.placements)
    if (placement.tensor == graph.ops[2].outputs[0]) {
      placement.buffer = sums->buffer;
      placement.offset = 0;
    }
  EXPECT_THROW(verify_plan(split, unspecial), Error);
}

/// A block of 40 channels of 5 x 5 pixels, expanded by six: no stream holds less than its middle.
ir::Graph fat_network() {
  GraphBuilder g("fat");
  auto x = g.conv(g.input({1, 10, 10, 3}), 40, {3, 2, 1}, "stem");
  for (const char* const name : {"first", "second"}) {
    const std::string block = name;
    const auto plane = g.depthwise(g.conv(x, 240, {1, 1, 0}, block + " expand"), {7, 1, 3}, block + " depthwise");
    x = g.add(g.conv(plane, 40, {1, 1, 0}, block + " project"), x, block + " sum");
  }
  return g.finish({x});
}

TEST(SplitChannelsPlan, IsBelowAllOtherPlansOfSmallPlanesUnderLargeKernels) {
  const ir::Graph graph = fat_network();
  const target::Core core = target::board("stm32f746").core;
  PlanOptions options;
  options.objective = Objective::sram;
  PlanOptions without = options;
  without.channel_split = false;
  const NetworkPlan others = plan_network(graph, core, without);
  const NetworkPlan network = plan_network(graph, core, options);
  verify_plan(network.graph, network.plan);
  EXPECT_LT(network.plan.arena_bytes, others.plan.arena_bytes * 9 / 10);
  EXPECT_EQ(executed_macs(network.graph, network.plan), ir::macs_of(graph));
  ASSERT_FALSE(network.rewritings.empty());
  EXPECT_TRUE(network.rewritings[0].starts_with("channel split of \"first expand\" to \"first project\" into "));
}

TEST(SplitChannelsPlan, TakesNoMoreGroupsThanABudgetAsksFor) {
  const ir::Graph graph = fat_network();
  const target::Core core = target::board("stm32f746").core;
  PlanOptions options;
  options.objective = Objective::sram;
  options.patches = false;
  const NetworkPlan smallest = plan_network(graph, core, options);
  options.channel_split = false;
  const NetworkPlan whole = plan_network(graph, core, options);
  options.channel_split = true;
  options.objective = Objective::latency;
  options.arena_bytes = (smallest.plan.arena_bytes + 3 * whole.plan.arena_bytes) / 4;
  const NetworkPlan fitting = plan_network(graph, core, options);
  EXPECT_LE(fitting.plan.arena_bytes, options.arena_bytes);
  EXPECT_LT(fitting.graph.ops.size(), smallest.graph.ops.size());
  EXPECT_GT(fitting.graph.ops.size(), graph.ops.size());
  options.arena_bytes = 0;
  EXPECT_TRUE(plan_network(graph, core, options).rewritings.empty());
}

}  // namespace
}  // namespace thimble::plan
