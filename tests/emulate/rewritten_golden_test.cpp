// Real models whose graphs were rewritten to compute some things twice, on the host, against TensorFlow Lite Micro.
#include <gtest/gtest.h>

#include "emulate/execute.h"
#include "emulate/golden_inferences.h"
#include "golden.h"
#include "import/tflite_import.h"
#include "passes/passes.h"
#include "plan/network_plan.h"
#include "plan/verify_plan.h"
#include "target/board.h"

namespace thimble::testing {
namespace {

void expect_golden(const Golden& golden, const plan::NetworkPlan& network) {
  plan::verify_plan(network.graph, network.plan);
  const std::vector<GoldenInference> inferences = inferences_of(golden);
  emulate::ExecuteOptions options;
  options.float_io = true;
  options.optimize = "-O1";
  expect_golden_outputs(inferences,
                        emulate::execute_on_host(network.graph, network.plan, inputs_of(golden, inferences), options));
}

ir::Graph model_of(const Golden& golden) { return passes::simplify(import::read_tflite(golden.model_file)); }

TEST(RewrittenGolden, SqueezeAndExcitesInTwoPassesEqualTensorFlowLiteMicro) {
  THIMBLE_NEEDS_SHARED(golden_file("tinyengine__mcunetv2_large"));
  const Golden golden = read_golden("tinyengine__mcunetv2_large");
  const ir::Graph graph = model_of(golden);
  plan::PlanOptions options;
  options.objective = plan::Objective::sram;
  options.input_mode = plan::InputMode::rows;
  const plan::NetworkPlan network = plan::plan_network(graph, target::board("emulator").core, options);
  EXPECT_LE(network.plan.arena_bytes, 150 * 1024);
  EXPECT_GT(plan::executed_macs(network.graph, network.plan), ir::macs_of(graph));
  expect_golden(golden, network);
}

}  // namespace
}  // namespace thimble::testing
