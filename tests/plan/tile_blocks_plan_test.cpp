// Plans of graphs whose blocks run in tiles, in layers and in streams, and when the planner takes tiles.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "plan/network_plan.h"
#include "plan/plan_cost.h"
#include "plan/verify_plan.h"
#include "random_division.h"
#include "reference/interpreter.h"
#include "sample_graphs.h"
#include "simulate.h"
#include "tiles_graph.h"

namespace thimble::plan {
namespace {

using testing::GraphBuilder;

const target::Core& core() {
  static const target::Core emulated = target::board("emulator").core;
  return emulated;
}

TEST(TileBlocksPlan, AnyPlanVerifiesAndComputesTheSame) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<unsigned>();
    const ir::Graph graph = testing::tiles_graph(seed);
    const ir::Graph tiled = testing::in_some_tiles(graph, *rc::gen::arbitrary<unsigned>());
    const std::vector<target::KernelChoice> kernels = testing::test_kernels_of(tiled);
    PlanOptions options;
    options.overlap = *rc::gen::arbitrary<bool>();
    options.in_place = *rc::gen::arbitrary<bool>();
    const Plan plan =
        plan_segments(tiled, kernels, kernels, testing::random_division(tiled, kernels, options), options);
    verify_plan(tiled, plan);
    const auto inputs = testing::random_inputs(graph, seed);
    RC_ASSERT(testing::simulate(tiled, plan, inputs, seed) == reference::run(graph, inputs));
  }));
}

/// Four channels of 24 x 24 pixels, expanded to 64 under 7 x 7, twice.
ir::Graph large_planes() {
  GraphBuilder g("large planes");
  auto x = g.conv(g.input({1, 24, 24, 3}), 4, {3, 1, 1}, "stem");
  for (const char* name : {"first", "second"}) {
    const std::string block = name;
    const auto plane = g.depthwise(g.conv(x, 64, {1, 1, 0}, block + " expand"), {7, 1, 3}, block + " depthwise");
    x = g.add(g.conv(plane, 4, {1, 1, 0}, block + " project"), x, block + " sum");
  }
  return g.finish({x});
}

NetworkPlan smallest(const ir::Graph& graph, bool tiles, bool recompute) {
  PlanOptions options;
  options.objective = Objective::sram;
  options.tiles = tiles;
  options.recompute = recompute;
  options.patches = false;
  NetworkPlan network = plan_network(graph, core(), options);
  verify_plan(network.graph, network.plan);
  return network;
}

TEST(TileBlocksPlan, NeedsLessThanRowsOfLargePlanes) {
  const ir::Graph graph = large_planes();
  const NetworkPlan rows = smallest(graph, false, true);
  const NetworkPlan kept = smallest(graph, true, false);
  const NetworkPlan tiles = smallest(graph, true, true);
  EXPECT_EQ(executed_macs(kept.graph, kept.plan), ir::macs_of(graph));
  EXPECT_LE(kept.plan.arena_bytes, rows.plan.arena_bytes);
  EXPECT_LT(3 * tiles.plan.arena_bytes, 2 * rows.plan.arena_bytes);
  EXPECT_GT(executed_macs(tiles.graph, tiles.plan), ir::macs_of(graph));
  EXPECT_EQ(tiles.rewritings.size(), 2U);
}

TEST(TileBlocksPlan, TakesNoMoreTilesThanABudgetAsksFor) {
  const ir::Graph graph = large_planes();
  PlanOptions options;
  options.patches = false;
  const auto cycles_within = [&](std::int64_t bytes) {
    options.arena_bytes = bytes;
    const NetworkPlan network = plan_network(graph, core(), options);
    EXPECT_LE(network.plan.arena_bytes, bytes);
    return predict_cost(cost::cost_table(core()), network.graph, network.plan).total.cycles;
  };
  const std::int64_t rows = smallest(graph, false, true).plan.arena_bytes;
  const std::int64_t tiles = smallest(graph, true, true).plan.arena_bytes;
  EXPECT_LT(cycles_within(rows), cycles_within((rows + tiles) / 2));
  EXPECT_LT(cycles_within((rows + tiles) / 2), 1.05 * cycles_within(tiles));
}

TEST(NetworkPlan, AnyGraphHasASmallestPlanThatComputesTheSame) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const ir::Graph graph = testing::random_graph(seed);
    PlanOptions options;
    options.objective = Objective::sram;
    const NetworkPlan network = plan_network(graph, core(), options);
    verify_plan(network.graph, network.plan);
    const auto inputs = testing::random_inputs(graph, seed);
    EXPECT_EQ(reference::run(network.graph, inputs), reference::run(graph, inputs)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace thimble::plan
