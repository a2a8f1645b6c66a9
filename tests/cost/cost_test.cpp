#include "cost/cost.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "plan/plan_cost.h"
#include "plan/planner.h"
#include "plan/sample_graphs.h"
#include "target/cores.h"
#include "target/kernel_variants.h"

namespace thimble::testing {
namespace {

using ::testing::HasSubstr;

TEST(CostTable, KnowsEveryKernelThatACoreRuns) {
  for (const char* name : {"cortex-m0plus", "cortex-m3", "cortex-m33", "cortex-m4", "cortex-m7"}) {
    const target::Core core = target::core(name, "");
    const cost::CostTable& table = cost::cost_table(core);
    EXPECT_EQ(table.core, name);
    for (const target::KernelVariant& kernel : target::all_kernels()) {
      if (kernel.folder == "dsp" && !core.dsp) continue;
      EXPECT_TRUE(cost::has_loops(kernel.name)) << kernel.name << ": src/cost counts no loops";
      EXPECT_TRUE(table.knows(kernel.name)) << kernel.name << ": run `thimble fit --core " << name << "`";
    }
  }
}

TEST(CostTable, FitsTheSweepWithinAFewPercent) {
  for (const char* name : {"cortex-m33", "cortex-m4", "cortex-m7"}) {
    for (const auto& [kernel, cost] : cost::cost_table(target::core(name, "")).kernels) {
      EXPECT_GE(cost.error.samples, 15) << kernel;
      EXPECT_LT(cost.error.mean_instructions, 0.05) << name << " " << kernel;
    }
  }
}

TEST(CostTable, OfTheHostIsThatOfACoreLikeIt) {
  EXPECT_EQ(cost::cost_table(target::core("host-dsp", "")).core, "cortex-m7");
  EXPECT_EQ(cost::cost_table(target::core("host", "")).core, "cortex-m0plus");
}

TEST(CostTable, IsTheSameAfterItWasWrittenAndRead) {
  const cost::CostTable& table = cost::cost_table(target::core("cortex-m7", ""));
  const TemporaryFolder folder;
  write_json(folder.path() / "table.json", cost::to_json(table));
  const cost::CostTable again = cost::read_cost_table(folder.path() / "table.json");
  EXPECT_EQ(cost::to_json(again), cost::to_json(table));
}

std::string error_of(const std::string& json) {
  const TemporaryFolder folder;
  write_text(folder.path() / "table.json", json);
  try {
    (void)cost::read_cost_table(folder.path() / "table.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(CostTable, IsRefusedWithTheFieldThatIsWrong) {
  EXPECT_THAT(error_of("{}"), HasSubstr("\"core\" is missing"));
  const std::string start = R"({"core": "c", "compiler": "gcc", "cycles": "", "kernels": {"k": )";
  EXPECT_THAT(error_of(start + "1}}"), HasSubstr("k: \"samples\""));
  const std::string kernel = R"({"samples": 1, "mean_error": 0, "worst_error": 0, "loops": {"calls": )";
  EXPECT_THAT(error_of(start + kernel + "1}}}}"), HasSubstr("\"calls\" must be [instructions]"));
  EXPECT_THAT(error_of(start + kernel + "[-1]}}}}"), HasSubstr("at least 0"));
  EXPECT_EQ(error_of(start + kernel + "[1]}}}}"), "");
}

TEST(Cost, OfAKernelThatIsNotInTheTableIsRefused) {
  const ir::Graph graph = residual_graph();
  target::KernelChoice choice;
  choice.kernel = "s8_conv1x1_9x9_dsp";
  try {
    (void)cost::cost_of(cost::cost_table(target::core("cortex-m7", "")), graph, graph.ops[0], choice);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no cost is known of kernel \"s8_conv1x1_9x9_dsp\" on cortex-m7"));
    EXPECT_THAT(error.hint(), HasSubstr("thimble fit --core cortex-m7"));
  }
}

TEST(Cost, OfRowsIsThatOfTheWholeAndWhatIsDoneForEachCall) {
  const ir::Graph graph = residual_graph();
  const target::Core core = target::core("cortex-m7", "");
  const cost::CostTable& table = cost::cost_table(core);
  for (const ir::Op& op : graph.ops) {
    const ir::Shape& out = graph.tensor(op.outputs[0]).shape;
    if (out.size() != 4 || out[1] < 4) continue;
    const target::KernelChoice kernel = target::choose_kernel(graph, op, core);
    const double whole = cost::cost_of(table, graph, op, kernel).instructions;
    const double upper = cost::cost_of(table, graph, op, kernel, {0, out[1] / 2}).instructions;
    const double lower = cost::cost_of(table, graph, op, kernel, {out[1] / 2}).instructions;
    EXPECT_LT(upper, whole) << kernel.kernel;
    EXPECT_LT(lower, whole) << kernel.kernel;
    EXPECT_GT(upper + lower, 0.999 * whole) << kernel.kernel;
  }
}

TEST(PlanCost, IsTheSumOfItsOperators) {
  const ir::Graph graph = residual_graph();
  const target::Core core = target::core("cortex-m4", "");
  const plan::Plan plan = plan::make_plan(graph, core);
  const plan::PlanCost costs = plan::predict_cost(cost::cost_table(core), graph, plan);
  double sum = 0;
  for (const plan::OpCost& op : costs.ops) {
    EXPECT_GT(op.cost.instructions, 0);
    sum += op.cost.instructions;
  }
  EXPECT_DOUBLE_EQ(costs.total.instructions, sum);
  std::size_t steps = 0;
  for (const plan::Stage& stage : plan.stages) steps += stage.steps.size();
  EXPECT_EQ(costs.ops.size(), steps);
}

}  // namespace
}  // namespace thimble::testing
