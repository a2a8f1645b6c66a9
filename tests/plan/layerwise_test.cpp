// Layer-wise plans: lifetimes, views, in-place operators, arena sizes.
#include "plan/layerwise.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.h"
#include "plan/verify_plan.h"
#include "reference/interpreter.h"
#include "sample_graphs.h"
#include "simulate.h"
#include "test_kernels.h"

namespace thimble::plan {
namespace {

using testing::GraphBuilder;
using testing::layerwise_plan;
using testing::test_kernel;

const Buffer& buffer_of(const Plan& plan, ir::TensorId tensor) {
  return plan.buffers.at(static_cast<std::size_t>(plan.find(tensor)->buffer));
}

bool share_buffer(const Plan& plan, ir::TensorId a, ir::TensorId b) {
  return plan.find(a)->buffer == plan.find(b)->buffer;
}

/// A chain of operators without scratch, so that sizes can be added up by hand.
TEST(Layerwise, ArenaOfAChainIsItsLargestInputAndOutput) {
  GraphBuilder g("chain");
  const auto in = g.input({1, 8, 8, 4});                     // 256 bytes
  const auto large = g.resize(in, 16, 16, "large");          // 1024
  const auto small = g.max_pool(large, {2, 2, 0}, "small");  // 256
  const auto last = g.max_pool(small, {2, 2, 0}, "last");    // 64
  const ir::Graph graph = g.finish({last});
  const Plan plan = layerwise_plan(graph);
  EXPECT_EQ(plan.arena_bytes, 1024 + 256);
  EXPECT_EQ(plan.stages.size(), 3U);
  verify_plan(graph, plan);
}

TEST(Layerwise, InputsLiveFromTheStartAndOutputsToTheEnd) {
  const ir::Graph graph = testing::two_ended_graph();
  const Plan plan = layerwise_plan(graph);
  for (const ir::TensorId id : graph.inputs) EXPECT_EQ(buffer_of(plan, id).first_stage, 0);
  for (const ir::TensorId id : graph.outputs)
    EXPECT_EQ(buffer_of(plan, id).last_stage + 1, static_cast<int>(plan.stages.size()));
}

TEST(Layerwise, ViewsTakeNoStageAndNoBytes) {
  GraphBuilder g("views");
  const auto in = g.input({1, 4, 4, 2});
  const auto pooled = g.max_pool(in, {2, 2, 0}, "pooled");
  const auto flat = g.reshape(pooled, {1, 8}, "flat");
  const auto flatter = g.reshape(flat, {8}, "flatter");
  const auto out = g.fully_connected(flatter, 3, "out");
  const ir::Graph graph = g.finish({out});
  const Plan plan = layerwise_plan(graph);
  EXPECT_EQ(plan.stages.size(), 2U);
  EXPECT_TRUE(share_buffer(plan, pooled, flat));
  EXPECT_TRUE(share_buffer(plan, pooled, flatter));
  EXPECT_EQ(plan.find(flat)->rows, 1);
  verify_plan(graph, plan);

  PlanOptions copies;
  copies.alias_views = false;
  const Plan copied = layerwise_plan(graph, copies);
  EXPECT_EQ(copied.stages.size(), 4U);
  EXPECT_FALSE(share_buffer(copied, pooled, flat));
  verify_plan(graph, copied);
}

TEST(Layerwise, AGraphOfViewsAloneNeedsNoStage) {
  GraphBuilder g("views only");
  const auto in = g.input({1, 4, 4, 2});
  const ir::Graph graph = g.finish({g.reshape(in, {32}, "out")});
  const Plan plan = layerwise_plan(graph);
  EXPECT_TRUE(plan.stages.empty());
  EXPECT_EQ(plan.arena_bytes, 32);
  verify_plan(graph, plan);
}

TEST(Layerwise, ElementWiseOperatorsWriteOverAnInputThatDies) {
  GraphBuilder g("in place");
  const auto in = g.input({1, 4, 4, 4});
  const auto a = g.max_pool(in, {1, 1, 0}, "a");
  const auto b = g.max_pool(in, {1, 1, 0}, "b");
  const auto sum = g.add(a, b, "sum");        // a dies here, b does not
  const auto again = g.add(b, sum, "again");  // both die
  const auto out = g.sigmoid(again, "out");
  const ir::Graph graph = g.finish({out});
  const Plan plan = layerwise_plan(graph);
  EXPECT_TRUE(share_buffer(plan, a, sum));
  EXPECT_TRUE(share_buffer(plan, b, again));
  EXPECT_TRUE(share_buffer(plan, again, out));
  EXPECT_EQ(plan.arena_bytes, 3 * 64);  // The input, a and b, when b is computed.
  verify_plan(graph, plan);
}

TEST(Layerwise, ElementWiseOperatorsTakeTheSecondInputIfTheFirstLivesOn) {
  GraphBuilder g("second input");
  const auto in = g.input({1, 4, 4, 4});
  const auto a = g.max_pool(in, {1, 1, 0}, "a");
  const auto b = g.max_pool(in, {1, 1, 0}, "b");
  const auto sum = g.add(a, b, "sum");
  const ir::Graph graph = g.finish({g.mul(sum, a, "out")});
  const Plan plan = layerwise_plan(graph);
  EXPECT_TRUE(share_buffer(plan, b, sum));
  verify_plan(graph, plan);
}

TEST(Layerwise, NothingIsWrittenOverAGraphOutputOrASmallerOperand) {
  GraphBuilder g("kept");
  const auto in = g.input({1, 4, 4, 4});
  const auto kept = g.max_pool(in, {1, 1, 0}, "kept");
  const auto gate = g.mean(in, "gate");
  const auto out = g.mul(gate, kept, "out");
  const ir::Graph graph = g.finish({kept, out});
  const Plan plan = layerwise_plan(graph);
  EXPECT_FALSE(share_buffer(plan, kept, out));
  EXPECT_FALSE(share_buffer(plan, gate, out));
  verify_plan(graph, plan);
}

TEST(Layerwise, AViewThatIsReadLaterKeepsItsBytes) {
  GraphBuilder g("late view");
  const auto in = g.input({1, 2, 2, 4});
  const auto a = g.max_pool(in, {1, 1, 0}, "a");
  const auto view = g.reshape(a, {1, 16}, "view");
  const auto b = g.sigmoid(a, "b");
  const auto c = g.fully_connected(view, 4, "c");
  const ir::Graph graph = g.finish({b, c});
  const Plan plan = layerwise_plan(graph);
  EXPECT_FALSE(share_buffer(plan, a, b));
  verify_plan(graph, plan);
}

TEST(Layerwise, ScratchLivesInItsStageOnly) {
  const ir::Graph graph = testing::chain_graph();
  const Plan plan = layerwise_plan(graph);
  int scratches = 0;
  for (std::size_t s = 0; s < plan.stages.size(); ++s)
    for (const Step& step : plan.stages[s].steps) {
      if (step.scratch_buffer < 0) continue;
      ++scratches;
      const Buffer& buffer = plan.buffers[static_cast<std::size_t>(step.scratch_buffer)];
      EXPECT_EQ(buffer.first_stage, static_cast<int>(s));
      EXPECT_EQ(buffer.last_stage, static_cast<int>(s));
      EXPECT_EQ(buffer.bytes, step.kernel.scratch_bytes);
    }
  EXPECT_EQ(scratches, 3);
}

TEST(Layerwise, RefusesAnOutputThatIsAConstant) {
  GraphBuilder g("constant");
  const auto in = g.input({1, 4, 4, 4});
  ir::Graph graph = g.finish({g.max_pool(in, {1, 1, 0}, "a")});
  const std::vector<std::int8_t> values(64, 1);
  graph.tensor(graph.outputs[0]).data = ir::constant_data<std::int8_t>(values);
  EXPECT_THROW(layerwise_plan(graph), Error);
}

TEST(Layerwise, AnyGraphsPlanVerifiesAndComputesTheReference) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<unsigned>();
    const ir::Graph graph = testing::random_graph(seed);
    const auto inputs = testing::random_inputs(graph, seed);
    const auto expected = reference::run(graph, inputs);
    std::int64_t least = 0;
    for (int switches = 7; switches >= 0; --switches) {
      PlanOptions options;
      options.exact_offsets = switches & 1;
      options.in_place = switches & 2;
      options.alias_views = switches & 4;
      const Plan plan = layerwise_plan(graph, options);
      verify_plan(graph, plan);
      RC_ASSERT(testing::simulate(graph, plan, inputs, seed) == expected);
      if (switches == 7) least = plan.arena_bytes;
      RC_ASSERT(plan.arena_bytes >= least);
    }
  }));
}

}  // namespace
}  // namespace thimble::plan
