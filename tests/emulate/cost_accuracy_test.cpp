// The cost model against counts of models that its fit has not seen.
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "emulate/count_ops.h"
#include "import/tflite_import.h"
#include "passes/passes.h"
#include "plan/plan_cost.h"
#include "plan/planner.h"
#include "shared_files.h"

namespace thimble::testing {
namespace {

/// Layers of fewer instructions are left to the whole network: what is done once for each call weighs in them. So are
/// softmaxes, whose cost depends on their values.
constexpr double least_instructions = 10'000;

struct Prediction {
  ir::Graph graph;
  std::vector<cost::Cost> counted;  ///< By operator.
  plan::PlanCost predicted;
};

void expect_near(const Prediction& p, double cost::Cost::*number, const char* name) {
  double sum = 0;
  for (const cost::Cost& cost : p.counted) sum += cost.*number;
  EXPECT_NEAR(p.predicted.total.*number / sum, 1, 0.03) << name << " of the whole network";
  for (const plan::OpCost& op : p.predicted.ops) {
    const ir::Op& layer = p.graph.ops.at(static_cast<std::size_t>(op.op));
    const cost::Cost& counted = p.counted.at(static_cast<std::size_t>(op.op));
    if (counted.instructions < least_instructions || std::holds_alternative<ir::Softmax>(layer.kind)) continue;
    EXPECT_NEAR(op.cost.*number / (counted.*number), 1, 0.08) << name << " of " << p.graph.name_of(layer);
  }
}

void expect_predicted(const char* model, const char* board_name) {
  const std::string file = std::string("models/") + model;
  THIMBLE_NEEDS_SHARED(file);
  const target::Board board = target::without_budget(target::board(board_name));
  Prediction p;
  p.graph = passes::simplify(import::read_tflite(shared_folder() / file));
  const plan::Plan plan = plan::make_plan(p.graph, board.core);
  const cost::CostTable& table = cost::cost_table(board.core);
  p.counted = emulate::count_ops(p.graph, plan, board);
  p.predicted = plan::predict_cost(table, p.graph, plan);
  expect_near(p, &cost::Cost::instructions, "instructions");
  if (table.has_cycles()) expect_near(p, &cost::Cost::cycles, "cycles");
}

TEST(CostAccuracy, PredictsVisualWakeWords) { expect_predicted("mlperf-tiny/vww_96_int8.tflite", "stm32f746"); }
TEST(CostAccuracy, PredictsKeywordSpotting) { expect_predicted("mlperf-tiny/kws_ref_model.tflite", "stm32f412"); }
TEST(CostAccuracy, PredictsResnet) { expect_predicted("mlperf-tiny/pretrainedResnet_quant.tflite", "stm32f746"); }
TEST(CostAccuracy, PredictsAnomalyDetection) { expect_predicted("mlperf-tiny/ad01_int8.tflite", "pico2"); }
TEST(CostAccuracy, PredictsMcunet) { expect_predicted("mcunet-release/mcunet-10fps_vww.tflite", "stm32f412"); }
TEST(CostAccuracy, PredictsWithoutSimd) { expect_predicted("mlperf-tiny/kws_ref_model.tflite", "pico"); }

}  // namespace
}  // namespace thimble::testing
