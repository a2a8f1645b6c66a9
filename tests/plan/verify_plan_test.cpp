// verify_plan: what it accepts, what it refuses, and in which words.
#include "plan/verify_plan.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "objection.h"
#include "sample_graphs.h"
#include "streamed_plan.h"
#include "test_kernels.h"

namespace thimble::plan {
namespace {

using testing::GraphBuilder;
using ::testing::HasSubstr;
using testing::layerwise_plan;
using testing::objection;
using testing::PlannedGraph;

/// A plan, without the planner, that runs one operator a stage; each tensor and scratch has bytes of its own.
Plan apart_plan(const ir::Graph& graph) {
  Plan plan;
  std::vector<int> buffer_of(graph.tensors.size(), -1);
  const auto place = [&](ir::TensorId id, int stage) {
    const ir::Tensor& tensor = graph.tensor(id);
    const int buffer = testing::streamed::stack_buffer(plan, tensor.name, tensor.bytes());
    buffer_of[static_cast<std::size_t>(id)] = buffer;
    plan.buffers.back().first_stage = plan.buffers.back().last_stage = stage;
    plan.placements.push_back({id, buffer, 0, row_bytes_of(tensor), rows_of(tensor), rows_of(tensor)});
  };
  const int last = static_cast<int>(graph.ops.size()) - 1;
  for (const ir::TensorId id : graph.inputs) place(id, 0);
  for (int op = 0; op <= last; ++op) {
    const ir::Op& operation = graph.ops[static_cast<std::size_t>(op)];
    place(operation.outputs[0], op);
    Step step;
    step.op = op;
    step.rows = {0, 0, rows_of(graph.tensor(operation.outputs[0]))};
    step.kernel = testing::test_kernel(graph, operation);
    if (step.kernel.scratch_bytes > 0) {
      step.scratch_buffer = testing::streamed::stack_buffer(plan, "scratch", step.kernel.scratch_bytes);
      plan.buffers.back().first_stage = plan.buffers.back().last_stage = op;
    }
    plan.stages.push_back({1, {step}});
    for (const ir::TensorId id : operation.inputs)
      if (id != ir::no_tensor && buffer_of[static_cast<std::size_t>(id)] >= 0)
        plan.buffers[static_cast<std::size_t>(buffer_of[static_cast<std::size_t>(id)])].last_stage = op;
  }
  for (const ir::TensorId id : graph.outputs)
    plan.buffers[static_cast<std::size_t>(buffer_of[static_cast<std::size_t>(id)])].last_stage = last;
  return plan;
}

/// input [1,4,4,2] -> a -> b, 1x1 max pools: each tensor 32 bytes in 4 rows of 8.
PlannedGraph three_tensors() {
  GraphBuilder g("three");
  const auto in = g.input({1, 4, 4, 2});
  const auto a = g.max_pool(in, {1, 1, 0}, "a");
  const auto b = g.max_pool(a, {1, 1, 0}, "b");
  PlannedGraph planned{g.finish({b}), {}};
  planned.plan = apart_plan(planned.graph);
  return planned;
}

TEST(VerifyPlan, AcceptsPlansThatDifferOnlyInWhereBuffersLie) {
  for (const ir::Graph& graph : testing::sample_graphs()) {
    const Plan plan = apart_plan(graph);
    EXPECT_EQ(objection(graph, plan), "") << graph.name;
    Plan mirrored = plan;
    for (Buffer& buffer : mirrored.buffers)
      buffer.offset = (plan.arena_bytes - buffer.offset - buffer.bytes) / arena_alignment * arena_alignment;
    EXPECT_EQ(objection(graph, mirrored), "") << graph.name;
    Plan lifted = plan;
    lifted.arena_bytes += 64;
    for (Buffer& buffer : lifted.buffers) buffer.offset += 64;
    EXPECT_EQ(objection(graph, lifted), "") << graph.name;
  }
}

TEST(VerifyPlan, AcceptsRowsComputedInSeveralStepsAndStages) {
  PlannedGraph p = three_tensors();
  Stage& first = p.plan.stages[0];
  first.iterations = 2;
  first.steps[0].rows = {0, 2, 2};
  EXPECT_EQ(objection(p.graph, p.plan), "");
  first.iterations = 4;
  first.steps[0].rows = {3, -1, 1};
  EXPECT_EQ(objection(p.graph, p.plan), "");
}

TEST(VerifyPlan, NamesTheFirstByteThatIsWrong) {
  PlannedGraph p = three_tensors();
  p.plan.stages[0].steps[0].rows = {0, 0, 3};
  EXPECT_THAT(objection(p.graph, p.plan),
              ::testing::AllOf(HasSubstr("stage 1, step 0 (\"b\", row 3)"), HasSubstr("byte 24 of \"a\""),
                               HasSubstr("which holds garbage")));
}

TEST(VerifyPlan, RefusesAnIncompleteOutput) {
  PlannedGraph p = three_tensors();
  p.plan.stages[1].steps[0].rows = {1, 0, 3};
  EXPECT_THAT(objection(p.graph, p.plan), HasSubstr("at the end, byte 0 of \"b\""));
}

TEST(VerifyPlan, AcceptsTheStreamedPlanWithRealKernels) {
  for (const bool dsp : {false, true})
    for (const int height : {4, 5, 8, 9})
      for (const int stride : {1, 2}) {
        target::Core core;
        core.dsp = dsp;
        const auto choose = [&](const ir::Graph& graph, const ir::Op& op) {
          return target::choose_kernel(graph, op, core);
        };
        const PlannedGraph p = testing::streamed_convolutions({height, 5, {4, 8, 4}, stride}, choose);
        EXPECT_EQ(objection(p.graph, p.plan), "") << height << " rows, stride " << stride;
      }
}

TEST(VerifyPlan, RefusesARingThatIsTooShort) {
  PlannedGraph p = testing::streamed_convolutions({8, 5, {3, 4, 2}, 1}, testing::test_kernel);
  EXPECT_EQ(objection(p.graph, p.plan), "");
  p.plan.placements[1].ring_rows = 2;
  EXPECT_THAT(objection(p.graph, p.plan), HasSubstr("should be at arena byte"));
}

TEST(VerifyPlan, RefusesBuffersThatMeet) {
  PlannedGraph p = three_tensors();
  p.plan.buffers[0].last_stage = 1;
  p.plan.buffers[2].offset = p.plan.buffers[0].offset;
  EXPECT_THAT(objection(p.graph, p.plan), HasSubstr("share bytes and are both live in stage 1"));
}

/// One stage computes input -> a -> b row by row; a has two rows, b lies over the input at a distance.
std::string objection_to_segment_over_its_input(std::int64_t distance, bool first_a_then_b) {
  PlannedGraph p = three_tensors();
  p.plan.buffers = {{"input", 32, 16, 0, 0}, {"a", 16, 64, 0, 0}, {"b", 32, 16 + distance, 0, 0}};
  p.plan.arena_bytes = 80;
  p.plan.placements[1].ring_rows = 2;
  Stage loop{4, {p.plan.stages[0].steps[0], p.plan.stages[1].steps[0]}};
  for (Step& step : loop.steps) step.rows = {0, 1, 1};
  if (!first_a_then_b) std::swap(loop.steps[0], loop.steps[1]);
  p.plan.stages = {loop};
  return objection(p.graph, p.plan);
}

TEST(VerifyPlan, AllowsASegmentToWriteOverItsInputAsRowsBecomeFree) {
  EXPECT_EQ(objection_to_segment_over_its_input(0, true), "") << "row r is in a when row r of b is written";
  EXPECT_EQ(objection_to_segment_over_its_input(-8, true), "");
  EXPECT_THAT(objection_to_segment_over_its_input(8, true), HasSubstr("byte 8 of \"input\" should be at arena byte"));
  EXPECT_THAT(objection_to_segment_over_its_input(0, false), HasSubstr("which holds garbage")) << "b before a";
}

TEST(VerifyPlan, RefusesAUseOutsideTheLiveRange) {
  PlannedGraph p = three_tensors();
  p.plan.buffers[1].last_stage = 0;
  EXPECT_THAT(objection(p.graph, p.plan), HasSubstr("uses buffer \"a\", which is live in stages [0, 0]"));
}

/// Three tensors of 32 bytes; the last operator reads and writes one buffer of 64 at a distance.
std::string objection_to_overlap(bool sigmoid, std::int64_t distance, bool kernel_in_place) {
  GraphBuilder g("overlap");
  const auto in = g.input({1, 4, 4, 2});
  const auto a = g.max_pool(in, {1, 1, 0}, "a");
  const auto b = sigmoid ? g.sigmoid(a, "b") : g.max_pool(a, {3, 1, 1}, "b");
  const ir::Graph graph = g.finish({b});
  Plan plan = apart_plan(graph);
  plan.buffers = {{"input", 32, 0, 0, 0}, {"a and b", 64, 32, 0, 1}};
  plan.arena_bytes = 96;
  plan.placements = {{in, 0, 0, 8, 4, 4}, {a, 1, 16, 8, 4, 4}, {b, 1, 16 - distance, 8, 4, 4}};
  plan.stages[1].steps[0].kernel.in_place = kernel_in_place;
  return objection(graph, plan);
}

TEST(VerifyPlan, AllowsWritingOverAnInputOnlyElementForElement) {
  EXPECT_EQ(objection_to_overlap(true, 0, true), "");
  EXPECT_THAT(objection_to_overlap(true, 0, false), HasSubstr("writes over bytes of \"a\" that it still reads"));
  EXPECT_THAT(objection_to_overlap(true, 4, true), HasSubstr("writes over bytes of \"a\" that it still reads"));
  EXPECT_THAT(objection_to_overlap(false, 0, true), HasSubstr("writes over bytes of \"a\" that it still reads"));
}

/// One row is read and the next written: a row behind is enough for an operator that reads row by row.
TEST(VerifyPlan, AllowsARowWiseOperatorToFollowItsInputAtARowsDistance) {
  EXPECT_EQ(objection_to_overlap(true, 8, false), "");
  EXPECT_THAT(objection_to_overlap(true, -8, false), HasSubstr("should be at arena byte"));
  EXPECT_EQ(objection_to_overlap(false, 16, false), "");
  EXPECT_NE(objection_to_overlap(false, 8, false), "");
}

/// An input of 7x5x4 and its depthwise convolution, whose output begins `distance` bytes behind the input. Kernels of
/// the driver copy the rows they read, four channels at a time.
struct DepthwiseOverlap {
  int stride = 1;
  int padding = 1;
  std::int64_t distance = 0;
  bool in_place = true;
};

std::string objection_to(const DepthwiseOverlap& overlap) {
  GraphBuilder g("depthwise overlap");
  const auto in = g.input({1, 7, 5, 4});
  const auto a = g.max_pool(in, {1, 1, 0}, "a");
  const auto b = g.depthwise(a, {3, overlap.stride, overlap.padding}, "b");
  const ir::Graph graph = g.finish({b});
  Plan plan = apart_plan(graph);
  const std::int64_t out = graph.tensor(b).bytes();
  plan.buffers = {{"input", 140, 0, 0, 0}, {"a", 140, 200, 0, 1}, {"b", out, 200 + overlap.distance, 1, 1}};
  plan.buffers.push_back({"scratch", 32, 640, 1, 1});
  plan.arena_bytes = 672;
  plan.placements = {{in, 0, 0, 20, 7, 7}, {a, 1, 0, 20, 7, 7}};
  plan.placements.push_back(
      {b, 2, 0, row_bytes_of(graph.tensor(b)), rows_of(graph.tensor(b)), rows_of(graph.tensor(b))});
  plan.stages[1].steps[0].scratch_buffer = 3;
  plan.stages[1].steps[0].kernel.in_place = overlap.in_place;
  return objection(graph, plan);
}

TEST(VerifyPlan, AllowsADepthwiseConvolutionToWriteOverRowsThatItHasCopied) {
  EXPECT_EQ(objection_to({1, 1, 0, true}), "");
  EXPECT_EQ(objection_to({2, 1, 0, true}), "");
  EXPECT_EQ(objection_to({1, 0, 0, true}), "");
  // Output row r is written when input rows up to r + 1 are copied: it may lie up to one row further back, or anywhere
  // before.
  EXPECT_EQ(objection_to({1, 1, 20, true}), "");
  EXPECT_THAT(objection_to({1, 1, 24, true}), HasSubstr("row 0) writes over bytes of \"a\" that it still reads"));
  EXPECT_EQ(objection_to({1, 1, -4, true}), "");
  EXPECT_EQ(objection_to({1, 1, -20, true}), "");
  // With stride 2 the output falls behind: 12 bytes a row, two input rows of 20.
  EXPECT_EQ(objection_to({2, 1, 28, true}), "");
  EXPECT_THAT(objection_to({2, 1, 32, true}), HasSubstr("row 0) writes over bytes of \"a\""));
}

TEST(VerifyPlan, RefusesADepthwiseConvolutionOverBytesOfOtherChannels) {
  EXPECT_THAT(objection_to({1, 1, 0, false}), HasSubstr("writes over bytes of \"a\" that it still reads"));
  EXPECT_EQ(objection_to({1, 1, 140, false}), "");
  EXPECT_EQ(objection_to({1, 1, -140, false}), "");
  for (const std::int64_t bytes : {-2, 2}) {
    GraphBuilder g("other channels");
    const auto in = g.input({1, 4, 4, 4});
    const auto b = g.depthwise(in, {3, 1, 1}, "b");
    const ir::Graph graph = g.finish({b});
    Plan plan = apart_plan(graph);
    EXPECT_EQ(objection(graph, plan), "");
    const int scratch = plan.stages[0].steps[0].scratch_buffer;
    plan.buffers[static_cast<std::size_t>(scratch)].offset = 80;
    plan.arena_bytes = 160;
    for (Placement& placement : plan.placements) {
      Buffer& buffer = plan.buffers[static_cast<std::size_t>(placement.buffer)];
      buffer.offset = 4;
      buffer.bytes = 68;
      placement.offset = placement.tensor == b ? 2 + bytes : 2;
    }
    EXPECT_THAT(objection(graph, plan), HasSubstr("writes over bytes of \"input\" that it still reads"));
  }
}

/// Row by row, the rows that row 0 has read would be free. Depthwise kernels come back for the next channels.
TEST(VerifyPlan, KnowsThatDepthwiseKernelsReadTheirInputAgain) {
  GraphBuilder g("again");
  const auto in = g.input({1, 4, 4, 4});
  const auto b = g.depthwise(in, {1, 1, 0}, "b");
  const ir::Graph graph = g.finish({b});
  Plan plan = apart_plan(graph);
  plan.stages[0].steps[0].kernel.in_place = false;
  plan.buffers = {{"all", 80, 0, 0, 0}, {"scratch", 32, 80, 0, 0}};
  plan.stages[0].steps[0].scratch_buffer = 1;
  plan.arena_bytes = 112;
  plan.placements = {{in, 0, 16, 16, 4, 4}, {b, 0, 0, 16, 4, 4}};
  EXPECT_THAT(objection(graph, plan), HasSubstr("row 1) writes over bytes of \"input\" that it still reads"));
  plan.stages[0].steps[0].kernel.driver = "thimble_conv_rows";
  EXPECT_EQ(objection(graph, plan), "");
}

TEST(VerifyPlan, RefusesScratchThatIsMissingSmallOrInUse) {
  const ir::Graph graph = testing::chain_graph();
  const Plan plan = apart_plan(graph);
  const Step& step = plan.stages[0].steps[0];
  ASSERT_GE(step.scratch_buffer, 0);
  Plan corrupt = plan;
  corrupt.stages[0].steps[0].scratch_buffer = -1;
  EXPECT_THAT(objection(graph, corrupt), HasSubstr("bytes of scratch and has none"));
  corrupt = plan;
  corrupt.buffers[static_cast<std::size_t>(step.scratch_buffer)].bytes -= 1;
  EXPECT_THAT(objection(graph, corrupt), HasSubstr("bytes of scratch and has"));
  corrupt = plan;
  corrupt.stages[0].steps[0].scratch_buffer = plan.find(graph.inputs[0])->buffer;
  EXPECT_THAT(objection(graph, corrupt), HasSubstr("garbage"));
  corrupt.stages[0].steps[0].scratch_buffer = plan.find(graph.ops[0].outputs[0])->buffer;
  EXPECT_THAT(objection(graph, corrupt), HasSubstr("writes over its own scratch"));
}

TEST(VerifyPlan, RefusesNumbersThatNameNothing) {
  const PlannedGraph p = three_tensors();
  const auto refuses = [&](auto&& corrupt) {
    Plan plan = p.plan;
    corrupt(plan);
    EXPECT_NE(objection(p.graph, plan), "");
  };
  refuses([](Plan& plan) { plan.stages[0].steps[0].op = 17; });
  refuses([](Plan& plan) { plan.stages[0].steps[0].op = -1; });
  refuses([](Plan& plan) { plan.stages[0].iterations = 0; });
  refuses([](Plan& plan) { plan.stages[0].iterations = 2'000'000'000; });
  refuses([](Plan& plan) { plan.stages[0].steps[0].scratch_buffer = 99; });
  refuses([](Plan& plan) { plan.placements[0].buffer = -2; });
  refuses([](Plan& plan) { plan.placements[0].tensor = 1000; });
  refuses([](Plan& plan) { plan.placements[0].ring_rows = 0; });
  refuses([](Plan& plan) { plan.placements.push_back(plan.placements[0]); });
  refuses([](Plan& plan) { plan.buffers[0].offset = -4; });
  refuses([](Plan& plan) { plan.buffers[0].offset += 2; });
  refuses([](Plan& plan) { plan.buffers[0].last_stage = 9; });
  refuses([](Plan& plan) { plan.buffers[0].bytes = INT64_MAX; });
}

/// MobileNetV2's layers at 224 x 224, one channel wide: the verifier's time does not depend on channels.
ir::Graph mobilenet_at_224() {
  GraphBuilder g("mobilenet");
  auto x = g.conv(g.input({1, 224, 224, 3}), 4, {3, 2, 1}, "stem");
  const int strides[] = {1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1};
  for (const int stride : strides) {
    const auto expand = g.conv(x, 6, {1, 1, 0}, "expand");
    const auto depthwise = g.depthwise(expand, {3, stride, 1}, "depthwise");
    const auto project = g.conv(depthwise, 4, {1, 1, 0}, "project");
    x = stride == 1 ? g.add(project, x, "sum") : project;
  }
  return g.finish({g.mean(x, "pool")});
}

TEST(VerifyPlan, TakesLittleTimeForALargeNetwork) {
  const ir::Graph graph = mobilenet_at_224();
  const Plan plan = apart_plan(graph);
  const auto start = std::chrono::steady_clock::now();
  verify_plan(graph, plan);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

}  // namespace
}  // namespace thimble::plan
