// Layer-wise plans: lifetimes, views, in-place operators, arena sizes.
#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.h"
#include "plan/segment.h"
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
  EXPECT_EQ(plan.stages.size(), 3U);
  verify_plan(graph, plan);
  // `large` begins a row of `small` after it, and `in` 800 bytes after `large`: as its last row is read for the last
  // two rows of 64 bytes.
  EXPECT_EQ(plan.arena_bytes, 32 + 800 + 256);
  PlanOptions apart;
  apart.overlap = false;
  EXPECT_EQ(layerwise_plan(graph, apart).arena_bytes, 1024 + 256);
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
  EXPECT_EQ(plan.arena_bytes, 2 * 64 + 16);  // a, and b in the place of the input, a row of 16 bytes before it.
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

/// [1,8,8,4] -> depthwise of a stride -> [1,?,?,4]: 256 bytes in, 256 or 64 out.
struct DepthwiseChain {
  ir::Graph graph;
  ir::TensorId large, depthwise, last;
};

DepthwiseChain depthwise_chain(int stride) {
  GraphBuilder g("depthwise");
  DepthwiseChain chain;
  chain.large = g.resize(g.input({1, 4, 4, 4}), 8, 8, "large");
  chain.depthwise = g.depthwise(chain.large, {3, stride, 1}, "depthwise");
  chain.last = g.resize(chain.depthwise, 8, 8, "last");
  chain.graph = g.finish({chain.last});
  return chain;
}

TEST(Layerwise, DepthwiseConvolutionsWriteOverAnInputThatDies) {
  const DepthwiseChain chain = depthwise_chain(1);
  const Plan plan = layerwise_plan(chain.graph);
  EXPECT_EQ(buffer_of(plan, chain.depthwise).offset, buffer_of(plan, chain.large).offset);
  verify_plan(chain.graph, plan);

  PlanOptions apart;
  apart.in_place_depthwise = false;
  const Plan longer = layerwise_plan(chain.graph, apart);
  EXPECT_NE(buffer_of(longer, chain.depthwise).offset, buffer_of(longer, chain.large).offset);
  verify_plan(chain.graph, longer);
}

/// With stride 2 a quarter of the input is written over; the rest is free from the next stage on.
TEST(Layerwise, ADepthwiseConvolutionInPlaceFreesWhatItDoesNotWriteOver) {
  const DepthwiseChain chain = depthwise_chain(2);
  const Plan plan = layerwise_plan(chain.graph);
  EXPECT_EQ(buffer_of(plan, chain.depthwise).offset, buffer_of(plan, chain.large).offset);
  EXPECT_EQ(buffer_of(plan, chain.depthwise).bytes, 64);
  EXPECT_EQ(plan.arena_bytes, 64 + 256);  // Of the input and the large tensor; of the small one and the last.
  verify_plan(chain.graph, plan);
}

TEST(Layerwise, NoDepthwiseConvolutionWritesOverWhatIsReadLater) {
  GraphBuilder g("read later");
  const auto in = g.input({1, 6, 6, 4});
  const auto a = g.max_pool(in, {1, 1, 0}, "a");
  const auto b = g.depthwise(a, {3, 1, 1}, "b");
  const ir::Graph graph = g.finish({g.add(a, b, "sum")});
  const Plan plan = layerwise_plan(graph);
  EXPECT_NE(buffer_of(plan, a).offset, buffer_of(plan, b).offset);
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
      EXPECT_EQ(buffer.bytes, (step.kernel.scratch_bytes + 3) / 4 * 4);
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
    // Without overlap, every technique only saves: with views copied, and not, as copies may outlive what they are of.
    std::array<std::int64_t, 2> least{};
    for (int switches = 31; switches >= 0; --switches) {
      PlanOptions options;
      options.overlap = switches & 16;
      options.exact_offsets = switches & 1;
      options.in_place = switches & 2;
      options.alias_views = switches & 4;
      options.in_place_depthwise = switches & 8;
      const Plan plan = layerwise_plan(graph, options);
      verify_plan(graph, plan);
      RC_ASSERT(testing::simulate(graph, plan, inputs, seed) == expected);
      if (options.overlap) continue;
      std::int64_t& best = least[options.alias_views ? 1 : 0];
      if ((switches | 4) == 15) best = plan.arena_bytes;
      RC_ASSERT(plan.arena_bytes >= best);
    }
  }));
}

}  // namespace
}  // namespace thimble::plan
