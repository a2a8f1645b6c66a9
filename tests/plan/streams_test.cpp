// Streams of rows: their schedule, the memory they work in, and that any division of any graph into segments verifies
// and computes what the reference computes.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "graph_builder.h"
#include "plan/line_buffers.h"
#include "plan/row_schedule.h"
#include "plan/segment.h"
#include "plan/stream_overlap.h"
#include "plan/verify_plan.h"
#include "random_division.h"
#include "reference/interpreter.h"
#include "sample_graphs.h"
#include "simulate.h"

namespace thimble::plan {
namespace {

using testing::GraphBuilder;

/// Two 3x3 convolutions with padding 1 and the sum with what the first one reads.
ir::Graph residual_block(int rows) {
  GraphBuilder g("residual");
  const auto in = g.input({1, rows, 8, 4});
  const auto a = g.conv(in, 8, {3, 1, 1}, "a");
  const auto b = g.conv(a, 4, {3, 1, 1}, "b");
  return g.finish({g.add(in, b, "sum")});
}

struct Streamed {
  ir::Graph graph;
  std::vector<int> ops;
  std::vector<ir::TensorId> results;

  explicit Streamed(ir::Graph of) : graph(std::move(of)), results(graph.outputs) {
    for (std::size_t i = 0; i < graph.ops.size(); ++i) ops.push_back(static_cast<int>(i));
  }
  RowStream stream(int rows_at_a_time) const { return {ops, {}, results, rows_at_a_time}; }
};

TEST(RowSchedule, ComputesEveryRowOnceAndAsLateAsPossible) {
  const Streamed block(residual_block(16));
  const std::vector<RowWork> work = schedule_rows(block.graph, block.stream(1));
  EXPECT_EQ(work.size(), 3U * 16U);
  // For the first row of the sum: two rows of `a`, one of `b`; then one row of each.
  std::vector<int> ops;
  for (std::size_t i = 0; i < 7; ++i) ops.push_back(work[i].op);
  EXPECT_EQ(ops, (std::vector<int>{0, 0, 1, 2, 0, 1, 2}));
}

TEST(RowSchedule, BecomesALoopWithWhatComesBeforeAndAfter) {
  const Streamed block(residual_block(16));
  const std::vector<Stage> stages = loops_of(schedule_rows(block.graph, block.stream(1)));
  ASSERT_LE(stages.size(), 4U);
  std::size_t works = 0;
  int iterations = 0;
  for (const Stage& stage : stages) {
    works += stage.steps.size() * static_cast<std::size_t>(stage.iterations);
    iterations = std::max(iterations, stage.iterations);
  }
  EXPECT_EQ(works, 3U * 16U);
  EXPECT_GE(iterations, 14);
}

TEST(WorkingMemory, HoldsTheRowsUnderTheWindowsAndNoMore) {
  const Streamed block(residual_block(16));
  const auto work = schedule_rows(block.graph, block.stream(1));
  const WorkingMemory memory =
      working_memory(block.graph, block.stream(1), work, testing::test_kernels_of(block.graph), {});
  ASSERT_EQ(memory.rings.size(), 2U);
  EXPECT_EQ(memory.rings[0].rows, 3);  // Of `a`, under the window of `b`.
  EXPECT_EQ(memory.rings[1].rows, 1);  // Of `b`, until it is added.
}

TEST(WorkingMemory, HasTheRowsOfADepthwiseConvolutionOverTheOldestThatItReads) {
  for (const int stride : {1, 2}) {
    GraphBuilder g("separable");
    const auto expanded = g.conv(g.input({1, 16, 8, 4}), 8, {1, 1, 0}, "expanded");
    const auto depthwise = g.depthwise(expanded, {5, stride, 2}, "depthwise");
    const Streamed block(g.finish({g.conv(depthwise, 4, {1, 1, 0}, "projected")}));
    const auto work = schedule_rows(block.graph, block.stream(1));
    const auto kernels = testing::test_kernels_of(block.graph);
    const WorkingMemory apart = working_memory(block.graph, block.stream(1), work, kernels, {false, false});
    const WorkingMemory memory = working_memory(block.graph, block.stream(1), work, kernels, {});
    ASSERT_EQ(memory.rings.size(), 2U);
    EXPECT_EQ(memory.rings[1].tensor, depthwise);
    EXPECT_EQ(memory.rings[1].offset, memory.rings[0].offset);
    EXPECT_EQ(memory.rings[1].rows, 5);
    EXPECT_EQ(memory.rings[1].step, stride);
    EXPECT_EQ(memory.rings[1].shift, 3);  // Row 0 over row -2.
    EXPECT_EQ(apart.bytes - memory.bytes, row_bytes_of(block.graph.tensor(depthwise)));
  }
}

TEST(WorkingMemory, HasAChainOfOperatorsInPlaceInOneRing) {
  GraphBuilder g("separable blocks");
  const auto first = g.conv(g.input({1, 16, 8, 4}), 4, {3, 1, 1}, "first");
  const auto second = g.depthwise(first, {3, 1, 1}, "second");
  const auto third = g.depthwise(second, {1, 1, 0}, "third");
  const auto fourth = g.depthwise(third, {5, 1, 2}, "fourth");
  const Streamed chain(g.finish({g.conv(fourth, 4, {1, 1, 0}, "last")}));
  const auto work = schedule_rows(chain.graph, chain.stream(1));
  const auto kernels = testing::test_kernels_of(chain.graph);
  const WorkingMemory memory = working_memory(chain.graph, chain.stream(1), work, kernels, {});
  ASSERT_EQ(memory.rings.size(), 4U);
  for (const Ring& ring : memory.rings) {
    EXPECT_EQ(ring.rows, 2 + 4 + 1);
    EXPECT_EQ(ring.offset, memory.rings[0].offset);
    EXPECT_EQ(ring.shift, ring.tensor == first ? 0 : ring.tensor == fourth ? 7 - 3 : 7 - 1);
  }
}

TEST(WorkingMemory, HasASumOverTheInputThatOthersReadToo) {
  GraphBuilder g("residual blocks");
  const auto input = g.input({1, 16, 8, 4});
  const auto start = g.conv(input, 4, {3, 1, 1}, "start");
  const auto branch = g.depthwise(g.conv(start, 8, {1, 1, 0}, "expanded"), {3, 1, 1}, "depthwise");
  const auto sum = g.add(start, g.conv(branch, 4, {1, 1, 0}, "branch"), "sum");
  const Streamed block(g.finish({g.conv(sum, 4, {3, 1, 1}, "last")}));
  const auto work = schedule_rows(block.graph, block.stream(1));
  const auto kernels = testing::test_kernels_of(block.graph);
  const WorkingMemory memory = working_memory(block.graph, block.stream(1), work, kernels, {});
  for (const Ring& ring : memory.rings) {
    if (ring.tensor != start && ring.tensor != sum) continue;
    EXPECT_EQ(ring.rows, 2 + 2);  // Sums under the window of `last`; what is added next, and what is expanded next.
    EXPECT_EQ(ring.shift, 0);
  }
}

TEST(Overlap, ASumMayTakeThePlaceOfWhatItAddsTo) {
  const Streamed block(residual_block(16));
  const auto work = schedule_rows(block.graph, block.stream(1));
  const auto overlap = overlap_between(block.graph, block.stream(1), work, testing::test_kernels_of(block.graph),
                                       block.graph.inputs[0], block.graph.outputs[0]);
  ASSERT_TRUE(overlap.has_value());
  EXPECT_TRUE(overlap->same_place);
}

TEST(Overlap, AConvolutionNeedsTheRowsThatItReadsAgain) {
  GraphBuilder g("one");
  const auto in = g.input({1, 8, 8, 4});
  const Streamed one(g.finish({g.conv(in, 4, {3, 1, 1}, "a")}));
  const auto work = schedule_rows(one.graph, one.stream(8));
  const auto overlap = overlap_between(one.graph, one.stream(8), work, testing::test_kernels_of(one.graph),
                                       one.graph.inputs[0], one.graph.outputs[0]);
  ASSERT_TRUE(overlap.has_value());
  EXPECT_FALSE(overlap->same_place);
  EXPECT_EQ(overlap->gap, 2 * 32);  // Row r is written while row r - 1 is still to be read.
}

TEST(Segments, AnyDivisionOfAnyGraphVerifiesAndComputesTheReference) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<unsigned>();
    const ir::Graph graph = testing::random_graph(seed);
    const std::vector<target::KernelChoice> kernels = testing::test_kernels_of(graph);
    PlanOptions options;
    options.overlap = *rc::gen::arbitrary<bool>();
    options.input_mode = *rc::gen::element(InputMode::resident, InputMode::rows);
    const Plan plan =
        plan_segments(graph, kernels, kernels, testing::random_division(graph, kernels, options), options);
    verify_plan(graph, plan);
    const auto inputs = testing::random_inputs(graph, seed);
    RC_ASSERT(testing::simulate(graph, plan, inputs, seed) == reference::run(graph, inputs));
  }));
}

}  // namespace
}  // namespace thimble::plan
