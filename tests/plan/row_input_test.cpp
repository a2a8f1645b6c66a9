// Inputs that the caller supplies row by row, and sums of rows: what the verifier proves of them.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "objection.h"
#include "plan/plan_json.h"
#include "plan/plan_text.h"
#include "row_pipeline.h"
#include "simulate.h"
#include "test_kernels.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;

/// input [1,9,5,3] -> conv 3x3 -> depthwise 3x3, stride 2 -> mean, all of it streamed.
PlannedGraph streamed_to_a_mean() {
  GraphBuilder g("summed");
  const TensorId first = g.conv(g.input({1, 9, 5, 3}), 4, {3, 1, 1}, "first");
  const TensorId second = g.depthwise(first, {3, 2, 1}, "second");
  PlannedGraph planned{g.finish({g.mean(second, "mean")}), {}};
  planned.plan = row_pipeline(planned.graph, summing_kernel);
  return planned;
}

plan::Placement& placement_of(PlannedGraph& planned, ir::TensorId id) {
  for (plan::Placement& placement : planned.plan.placements)
    if (placement.tensor == id) return placement;
  throw std::invalid_argument("no placement");
}

/// The first step of this operator; of the input if it is -1.
plan::Step& first_step(plan::Plan& plan, int op) {
  for (plan::Stage& stage : plan.stages)
    for (plan::Step& step : stage.steps)
      if (step.op == op) return step;
  throw std::invalid_argument("no step");
}

TEST(RowInput, StreamsThroughRingsToTheLastSum) {
  PlannedGraph p = streamed_to_a_mean();
  EXPECT_EQ(objection(p), "");
  EXPECT_EQ(placement_of(p, p.graph.inputs[0]).ring_rows, 3);
  const auto inputs = random_inputs(p.graph, 3);
  const auto outputs = simulate(p.graph, p.plan, inputs, 4);
  ASSERT_TRUE(outputs.has_value());
  EXPECT_EQ(*outputs, reference::run(p.graph, inputs));
}

TEST(RowInput, MayBeWrittenAfterTheFirstStage) {
  PlannedGraph p = streamed_to_a_mean();
  plan::Stage idle = p.plan.stages.back();  // Something harmless before: a loop that takes nothing.
  idle.steps.clear();
  p.plan.stages.insert(p.plan.stages.begin(), idle);
  for (plan::Buffer& buffer : p.plan.buffers) ++buffer.first_stage, ++buffer.last_stage;
  EXPECT_EQ(objection(p), "");
}

TEST(RowInput, IsTakenInOrderOnceAndToTheEnd) {
  PlannedGraph p = streamed_to_a_mean();
  first_step(p.plan, -1).rows.first += 1;
  EXPECT_THAT(objection(p), HasSubstr("takes row 1 of input \"input\" when row 0 is next"));
  p = streamed_to_a_mean();
  for (plan::Stage& stage : p.plan.stages)
    for (plan::Step& step : stage.steps)
      if (step.op == -1 && step.rows.first + step.rows.advance * (stage.iterations - 1) + step.rows.count == 9)
        stage.steps.erase(stage.steps.begin() + (&step - stage.steps.data()));
  EXPECT_NE(objection(p), "");
  p = streamed_to_a_mean();
  plan::Step again = first_step(p.plan, -1);
  p.plan.stages.push_back({1, {again}});
  for (plan::Buffer& buffer : p.plan.buffers) ++buffer.last_stage;
  EXPECT_THAT(objection(p), HasSubstr("takes row 0 of input \"input\" when row 9 is next"));
}

TEST(RowInput, IsNamedByItsStepAndNothingElse) {
  PlannedGraph p = streamed_to_a_mean();
  first_step(p.plan, -1).op = 0;
  EXPECT_THAT(objection(p), HasSubstr("takes rows of input \"input\" and computes op 0"));
  p = streamed_to_a_mean();
  first_step(p.plan, -1).input = p.graph.ops[0].outputs[0];
  EXPECT_THAT(objection(p), HasSubstr("which is no input of the graph"));
}

TEST(RowInput, DoesNotFitIntoARingThatIsTooShort) {
  PlannedGraph p = streamed_to_a_mean();
  --placement_of(p, p.graph.inputs[0]).ring_rows;
  EXPECT_THAT(objection(p), HasSubstr("of \"input\" should be at arena byte"));
}

TEST(Sums, AreRefusedWhereSomethingElseIsWrittenOverThem) {
  PlannedGraph p = streamed_to_a_mean();
  const plan::Step& summing = first_step(p.plan, 2);
  plan::Step& other = first_step(p.plan, 1);
  // The scratch of another operator in the same loop, whose own bytes would be free between its steps.
  for (plan::Stage& stage : p.plan.stages)
    for (plan::Step& step : stage.steps)
      if (step.op == 1) {
        step.scratch_buffer = summing.scratch_buffer;
        step.kernel.scratch_bytes = 4;
      }
  EXPECT_EQ(other.scratch_buffer, summing.scratch_buffer);
  EXPECT_THAT(objection(p), HasSubstr("the sums of the rows before it should be at arena byte"));
}

TEST(Sums, AreRefusedWhereTheyMoveStartLateOrSkip) {
  PlannedGraph p = streamed_to_a_mean();
  p.plan.buffers.push_back({"elsewhere", 64, p.plan.arena_bytes, 0, static_cast<int>(p.plan.stages.size()) - 1});
  p.plan.arena_bytes += 64;
  p.plan.stages.back().steps.back().scratch_buffer = static_cast<int>(p.plan.buffers.size()) - 1;
  EXPECT_THAT(objection(p), HasSubstr("which holds garbage"));
  p = streamed_to_a_mean();
  first_step(p.plan, 2).rows.first = 1;
  EXPECT_NE(objection(p), "");
  p = streamed_to_a_mean();
  for (plan::Stage& stage : p.plan.stages)
    for (plan::Step& step : stage.steps)
      if (step.op == 1) step.kernel.accumulates = true;
  EXPECT_THAT(objection(p), HasSubstr("cannot sum up rows"));
}

TEST(Sums, NeedTheirBytesAndAnOutputApartFromThem) {
  PlannedGraph p = streamed_to_a_mean();
  for (plan::Stage& stage : p.plan.stages)
    for (plan::Step& step : stage.steps)
      if (step.op == 2) step.scratch_buffer = -1;
  EXPECT_THAT(objection(p), HasSubstr("bytes of scratch and has none"));
  p = streamed_to_a_mean();
  placement_of(p, p.graph.outputs[0]).buffer = first_step(p.plan, 2).scratch_buffer;
  EXPECT_THAT(objection(p), HasSubstr("writes over its own scratch"));
}

TEST(RowInput, IsPartOfThePlansJsonAndTable) {
  const PlannedGraph p = streamed_to_a_mean();
  const plan::Plan read = plan::plan_from_json(plan::to_json(p.graph, p.plan));
  EXPECT_EQ(plan::to_json(p.graph, read), plan::to_json(p.graph, p.plan));
  EXPECT_TRUE(read.takes_rows_of(p.graph.inputs[0]));
  EXPECT_TRUE(read.takes_rows());
  EXPECT_EQ(objection({p.graph, read}), "");
  EXPECT_THAT(plan::text_of(p.graph, p.plan), HasSubstr("from the caller"));
}

}  // namespace
}  // namespace thimble::testing
