// Arenas in several memories of a board.
#include "plan/regions.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "objection.h"
#include "plan/peak.h"
#include "plan/plan_json.h"
#include "plan/plan_text.h"
#include "plan/region_bytes.h"
#include "reference/interpreter.h"
#include "sample_graphs.h"
#include "simulate.h"
#include "test_kernels.h"

namespace thimble::plan {
namespace {

using testing::GraphBuilder;
using ::testing::HasSubstr;
using testing::objection;
using testing::TensorId;

const target::Core core{"cortex-m7", true, {}, {}, {}};

/// Layer by layer: small networks fit anywhere as streams.
PlanOptions by_layers(std::int64_t arena_bytes) {
  PlanOptions options;
  options.stream = options.recompute = options.channel_split = options.patches = options.lean_kernels = false;
  options.arena_bytes = arena_bytes;
  return options;
}

/// Three planes of 4096 bytes that are live together: the input, what is computed of it, and the sum with it.
ir::Graph three_planes() {
  GraphBuilder g("three planes");
  const TensorId in = g.input({1, 16, 16, 16});
  const TensorId first = g.conv(in, 16, {3, 1, 1}, "first");
  const TensorId second = g.conv(first, 16, {3, 1, 1}, "second");
  const TensorId sum = g.add(second, in, "sum");
  return g.finish({g.mean(g.add(sum, first, "all"), "mean")});
}

TEST(Regions, FillTheBoardsOwnFirstThenTheFastestThenTheLargest) {
  const auto memories = arena_memories(target::board("stm32h743"));
  std::vector<std::string> names;
  for (const target::MemoryRegion& memory : memories) names.push_back(memory.name);
  EXPECT_EQ(names, (std::vector<std::string>{"AXI", "DTCM", "SRAM1+SRAM2+SRAM3", "SRAM4"}));
  EXPECT_EQ(memories[0].bytes, 524288 - stack_bytes) << "the stack is there";
  EXPECT_EQ(memories[1].bytes, 131072);
  EXPECT_TRUE(arena_memories(target::board("stm32f746")).empty()) << "all of it is one range";
}

TEST(Regions, AreUsedOnlyWhereNoSingleOneHoldsTheArena) {
  const ir::Graph graph = three_planes();
  const std::int64_t needed = plan_network(graph, core, by_layers(0)).plan.arena_bytes;
  const auto regions_with = [&](const PlanOptions& options, const std::vector<target::MemoryRegion>& memories) {
    const NetworkPlan network = plan_in_memories(graph, core, options, memories);
    EXPECT_EQ(objection(network.graph, network.plan), "");
    return network.plan.regions.size();
  };
  const std::vector<target::MemoryRegion> memories{{"fast", 9000}, {"far", 9000}, {"small", 64}};
  ASSERT_GT(needed, 9000);
  EXPECT_EQ(regions_with(by_layers(9000), memories), 2U);
  EXPECT_EQ(regions_with(by_layers(needed), {{"fast", needed}, {"far", 9000}}), 0U) << "it fits";
  EXPECT_EQ(regions_with(by_layers(0), memories), 0U) << "no budget was given";
  EXPECT_EQ(regions_with(by_layers(9000), {}), 0U) << "there are no others";
  EXPECT_EQ(regions_with(by_layers(1000), {{"fast", 1000}, {"far", 2000}}), 0U) << "all together are too small";
  PlanOptions without = by_layers(9000);
  without.regions = false;
  EXPECT_EQ(regions_with(without, memories), 0U);
}

TEST(Regions, HoldWhatThePlanNeedsOfEach) {
  const ir::Graph graph = three_planes();
  const NetworkPlan network =
      plan_in_memories(graph, core, by_layers(9000), std::vector<target::MemoryRegion>{{"fast", 9000}, {"far", 9000}});
  const Plan& plan = network.plan;
  ASSERT_EQ(plan.regions.size(), 2U);
  EXPECT_EQ(plan.regions[0].name, "fast");
  EXPECT_LE(plan.regions[0].bytes, 9000);
  EXPECT_LE(plan.regions[1].bytes, 9000);
  EXPECT_EQ(plan.regions[0].bytes + plan.regions[1].bytes, plan.arena_bytes);
  EXPECT_EQ(bytes_in(plan, "far"), plan.regions[1].bytes);
  EXPECT_EQ(bytes_in(plan, "elsewhere"), 0);
  const auto inputs = testing::random_inputs(graph, 3);
  EXPECT_EQ(testing::simulate(network.graph, plan, inputs, 4), reference::run(graph, inputs));
  const std::string text = fmt::format("arena {} bytes: {} in fast, {} in far; most live at", plan.arena_bytes,
                                       plan.regions[0].bytes, plan.regions[1].bytes);
  EXPECT_THAT(text_of(graph, plan), HasSubstr(text));
}

void expect_reference(const ir::Graph& graph, const NetworkPlan& network, unsigned seed) {
  EXPECT_EQ(objection(network.graph, network.plan), "") << seed;
  const auto inputs = testing::random_inputs(graph, seed);
  EXPECT_EQ(testing::simulate(network.graph, network.plan, inputs, seed + 1), reference::run(graph, inputs)) << seed;
}

TEST(Regions, ComputeTheReferenceInRandomNetworks) {
  int in_regions = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    const ir::Graph graph = testing::random_graph(seed);
    const std::int64_t needed = plan_network(graph, core, by_layers(0)).plan.arena_bytes;
    const std::int64_t first = needed * (50 + static_cast<int>(seed % 5) * 10) / 100 / 4 * 4;
    const std::vector<target::MemoryRegion> memories{{"a", first}, {"b", needed - first / 2}, {"c", first / 2}};
    const NetworkPlan network = plan_in_memories(graph, core, by_layers(first), memories);
    expect_reference(graph, network, seed);
    in_regions += network.plan.regions.size() > 1 ? 1 : 0;
  }
  EXPECT_GT(in_regions, 20);
}

/// What no region holds, not even as streams.
TEST(Regions, ComputeTheReferenceInStreams) {
  int in_regions = 0;
  for (unsigned seed = 0; seed < 30; ++seed) {
    const ir::Graph graph = testing::random_graph(seed);
    PlanOptions options;
    options.patches = false;
    options.objective = Objective::sram;
    const std::int64_t needed = plan_network(graph, core, options).plan.arena_bytes;
    options.objective = seed % 2 == 0 ? Objective::latency : Objective::sram;
    options.arena_bytes = needed * 3 / 4 / 4 * 4;
    const std::vector<target::MemoryRegion> memories{{"a", options.arena_bytes}, {"b", needed}, {"c", needed / 4 * 4}};
    const NetworkPlan network = plan_in_memories(graph, core, options, memories);
    expect_reference(graph, network, seed);
    in_regions += network.plan.regions.size() > 1 ? 1 : 0;
  }
  EXPECT_GT(in_regions, 20);
}

TEST(Regions, CountWhatAStageNeedsInThem) {
  Plan plan;
  plan.buffers = {{"a", 100, 0, 0, 1}, {"b", 60, 100, 0, 0}, {"on a", 40, 60, 1, 1}, {"later", 200, 0, 2, 2}};
  plan.stages.resize(3);
  const std::vector<target::MemoryRegion> one{{"one", 1000}};
  const std::vector<target::MemoryRegion> two{{"first", 120}, {"second", 200}};
  EXPECT_EQ(bytes_in_memories(plan, 0, one), 160);
  EXPECT_EQ(bytes_in_memories(plan, 0, two), 120 + 60) << "b begins in the second";
  EXPECT_EQ(bytes_in_memories(plan, 1, two), 100) << "what shares bytes stays together";
  EXPECT_EQ(bytes_in_memories(plan, 2, two), 120 + 200);
}

TEST(Regions, AreProvedByTheVerifier) {
  const ir::Graph graph = three_planes();
  const Plan good = testing::layerwise_plan_in_regions(graph, 2, 0.8);
  ASSERT_EQ(good.regions.size(), 2U);
  EXPECT_EQ(objection(graph, good), "");
  const std::int64_t boundary = good.regions[0].bytes;

  Plan bad = good;
  for (Buffer& buffer : bad.buffers)
    if (buffer.offset == boundary) buffer.offset -= arena_alignment;
  EXPECT_THAT(objection(graph, bad), HasSubstr("lies across the end of region \"region 0\""));
  bad = good;
  bad.regions[1].bytes -= arena_alignment;
  EXPECT_THAT(objection(graph, bad), HasSubstr("its regions have"));
  bad = good;
  bad.regions[0].bytes += 2;
  bad.regions[1].bytes -= 2;
  EXPECT_THAT(objection(graph, bad), HasSubstr("which cannot be")) << "the second begins unaligned";
}

TEST(Regions, AreInPlanJson) {
  const ir::Graph graph = three_planes();
  const Plan plan = testing::layerwise_plan_in_regions(graph, 2, 0.8);
  const Json json = to_json(graph, plan);
  EXPECT_EQ(json.at("regions").size(), 2U);
  EXPECT_EQ(to_json(graph, plan_from_json(json)), json);
  EXPECT_FALSE(to_json(graph, testing::layerwise_plan(graph)).contains("regions"));
}

TEST(Regions, MustFitTheBoard) {
  const ir::Graph graph = three_planes();
  target::Board board = target::board("stm32h743");
  Plan plan = testing::layerwise_plan_in_regions(graph, 2, 0.8);
  plan.regions[0].name = "AXI";
  plan.regions[1].name = "DTCM";
  EXPECT_NO_THROW(require_arena_fits(graph, plan, board));
  plan.regions[1].name = "SRAM9";
  EXPECT_THROW(require_arena_fits(graph, plan, board), Error);
  board.sram_bytes = 1000;
  EXPECT_THROW(require_arena_fits(graph, plan, board), Error);
}

}  // namespace
}  // namespace thimble::plan
