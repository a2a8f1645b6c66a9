// The trade-off between SRAM and time.
#include "plan/plan_front.h"

#include <gtest/gtest.h>

#include "graph_builder.h"
#include "target/board.h"

namespace thimble::plan {
namespace {

using testing::GraphBuilder;

ir::Graph pyramid() {
  GraphBuilder g("pyramid");
  auto last = g.conv(g.input({1, 48, 48, 3}), 16, {3, 1, 1}, "first");
  for (const char* const name : {"a", "b", "c"}) {
    last = g.depthwise(last, {3, 2, 1}, std::string(name) + "/depthwise");
    last = g.conv(last, 24, {1, 1, 0}, std::string(name) + "/pointwise");
  }
  return g.finish({last});
}

TEST(PlanFront, GoesFromTheFastestToTheSmallest) {
  const ir::Graph graph = pyramid();
  const target::Core core = target::board("emulator").core;
  const std::vector<FrontPlan> front = plan_front(graph, core);
  ASSERT_GT(front.size(), 2U);
  for (std::size_t i = 1; i < front.size(); ++i) {
    EXPECT_LT(front[i].network.plan.arena_bytes, front[i - 1].network.plan.arena_bytes);
    EXPECT_GT(front[i].predicted.cycles, front[i - 1].predicted.cycles);
  }
  EXPECT_EQ(front.front().network.plan.arena_bytes, make_plan(graph, core).arena_bytes);
  PlanOptions smallest;
  smallest.objective = Objective::sram;
  EXPECT_LE(front.back().network.plan.arena_bytes, plan_network(graph, core, smallest).plan.arena_bytes);
}

TEST(PlanFront, IsOnePlanWithoutStreamsAndRewritings) {
  PlanOptions options;
  options.stream = options.patches = options.recompute = false;
  EXPECT_EQ(plan_front(pyramid(), target::board("emulator").core, options).size(), 1U);
}

}  // namespace
}  // namespace thimble::plan
