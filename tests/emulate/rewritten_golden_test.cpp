// Real models whose graphs were rewritten to compute some things twice, on the host and on the emulated core, against
// TensorFlow Lite Micro.
#include <algorithm>

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

/// The 2 x 2 patches that TinyEngine's authors run this model in: up to the first tensor of a quarter of the size.
plan::NetworkPlan vww_in_patches(const ir::Graph& graph, const plan::PlanOptions& options) {
  const auto is_end = [&](const ir::Op& op) { return graph.tensor(op.outputs[0]).source_op == 8; };
  const auto end = std::ranges::find_if(graph.ops, is_end);
  const ir::Graph patched = plan::in_patches(graph, {{2, 2}, graph.inputs.at(0), end->outputs.at(0)});
  return {patched, plan::make_plan(patched, target::board("emulator").core, options)};
}

TEST(RewrittenGolden, PatchesEqualTensorFlowLiteMicro) {
  THIMBLE_NEEDS_SHARED(golden_file("tinyengine__vww"));
  const Golden golden = read_golden("tinyengine__vww");
  const ir::Graph graph = model_of(golden);
  plan::PlanOptions options;
  const plan::NetworkPlan layers = vww_in_patches(graph, options);
  EXPECT_LE(layers.plan.arena_bytes, 48 * 1024);
  expect_golden(golden, layers);
  options.objective = plan::Objective::sram;
  options.exact_offsets = false;
  expect_golden(golden, vww_in_patches(graph, options));
}

TEST(RewrittenGolden, FirmwareOfPatchesEqualsTensorFlowLiteMicro) {
  THIMBLE_NEEDS_SHARED(golden_file("tinyengine__vww"));
  const Golden golden = read_golden("tinyengine__vww");
  const plan::NetworkPlan network = vww_in_patches(model_of(golden), {});
  const std::vector<GoldenInference> inferences = inferences_of(golden);
  emulate::ExecuteOptions options;
  options.float_io = true;
  expect_golden_outputs(inferences, emulate::execute_on_emulator(network.graph, network.plan, target::board("emulator"),
                                                                 inputs_of(golden, inferences), options));
}

TEST(RewrittenGolden, BlocksInGroupsOfChannelsEqualTensorFlowLiteMicro) {
  THIMBLE_NEEDS_SHARED(golden_file("tinyengine__vww"));
  const Golden golden = read_golden("tinyengine__vww");
  const ir::Graph graph = model_of(golden);
  plan::PlanOptions options;
  options.objective = plan::Objective::sram;
  options.stream = options.patches = false;
  const plan::NetworkPlan network = plan::plan_network(graph, target::board("emulator").core, options);
  EXPECT_LE(network.plan.arena_bytes, 48 * 1024);
  EXPECT_EQ(plan::executed_macs(network.graph, network.plan), ir::macs_of(graph));
  expect_golden(golden, network);
}

TEST(RewrittenGolden, PatchesAreFoundWhereLayersDoNotFit) {
  THIMBLE_NEEDS_SHARED(golden_file("tinyengine__vww"));
  const Golden golden = read_golden("tinyengine__vww");
  const ir::Graph graph = model_of(golden);
  plan::PlanOptions options;
  options.objective = plan::Objective::sram;
  options.stream = false;
  const plan::NetworkPlan network = plan::plan_network(graph, target::board("emulator").core, options);
  EXPECT_LE(network.plan.arena_bytes, 32 * 1024);
  expect_golden(golden, network);
}

}  // namespace
}  // namespace thimble::testing
