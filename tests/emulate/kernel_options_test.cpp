// What programs define for their kernels (kernels/generic/types.h): the generated C of real models, on this computer
// and on the emulated core, computes what the reference interpreter does, layer by layer.
#include <array>
#include <map>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/crc32.h"
#include "emulate/execute.h"
#include "emulate/golden_inferences.h"
#include "emulate/seeded_inputs.h"
#include "golden.h"
#include "import/tflite_import.h"
#include "passes/passes.h"
#include "plan/planner.h"
#include "plan/verify_plan.h"
#include "reference/interpreter.h"
#include "target/board.h"

namespace thimble::testing {
namespace {

constexpr std::array models = std::to_array<std::string_view>({
    "mcunet-release__mcunet-10fps_vww",  // depthwise kernels of 3, 5 and 7, sums
    "mlperf-tiny__kws_ref_model",        // a tall image, an image of one channel
    "mlperf-tiny__pretrainedResnet_quant",
});

using Checksums = std::map<ir::TensorId, std::uint32_t>;

Checksums reference_checksums(const ir::Graph& graph, const std::vector<reference::Bytes>& inputs) {
  Checksums checksums;
  reference::run(graph, inputs, [&](std::size_t op, std::span<const reference::Bytes> outputs) {
    checksums[graph.ops[op].outputs[0]] = crc32(outputs[0]);
  });
  return checksums;
}

void expect_trace(const ir::Graph& graph, const Checksums& expected, const emulate::ExecuteResult& result) {
  EXPECT_GT(result.trace.size(), 10U);
  for (const auto& [tensor, crc] : result.trace) EXPECT_EQ(crc, expected.at(tensor)) << graph.tensor(tensor).name;
}

class KernelOptions : public ::testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override {
    THIMBLE_NEEDS_SHARED(golden_file(GetParam()));
    graph = passes::simplify(import::read_tflite(read_golden(GetParam()).model_file));
    inputs = {emulate::seeded_inputs(graph, graph.inputs)};
    options.trace = true;
  }

  ir::Graph graph;
  std::vector<emulate::TensorValues> inputs;
  emulate::ExecuteOptions options;
  target::Board board = target::board("emulator");
};

TEST_P(KernelOptions, RoundingOnceGivesTheSameBitsInTheReferenceOnTheHostAndOnTheCore) {
  const Checksums twice = reference_checksums(graph, inputs[0]);
  graph.rounding = ir::Rounding::once;
  const Checksums once = reference_checksums(graph, inputs[0]);
  EXPECT_NE(once, twice);
  const plan::Plan portable = plan::make_plan(graph, {"host", false, {}, {}, {}});
  expect_trace(graph, once, emulate::execute_on_host(graph, portable, inputs, options));
  const plan::Plan simd = plan::make_plan(graph, board.core);
  expect_trace(graph, once, emulate::execute_on_emulator(graph, simd, board, inputs, options));
}

TEST_P(KernelOptions, TilesOfColumnsChangeNoBit) {
  const Checksums expected = reference_checksums(graph, inputs[0]);
  for (const plan::ColumnTiles tiles : {plan::ColumnTiles::model, plan::ColumnTiles::arena}) {
    plan::PlanOptions planning;
    planning.column_tiles = tiles;
    const plan::Plan plan = plan::make_plan(graph, board.core, planning);
    plan::verify_plan(graph, plan);
    expect_trace(graph, expected, emulate::execute_on_emulator(graph, plan, board, inputs, options));
  }
}

TEST_P(KernelOptions, KernelsForAnySizeChangeNoBit) {
  plan::PlanOptions planning;
  planning.specialized_kernels = false;
  const plan::Plan plan = plan::make_plan(graph, board.core, planning);
  expect_trace(graph, reference_checksums(graph, inputs[0]),
               emulate::execute_on_emulator(graph, plan, board, inputs, options));
}

TEST_P(KernelOptions, PackedChannelsChangeNoBit) {
  const Checksums twice = reference_checksums(graph, inputs[0]);
  plan::PlanOptions planning;
  planning.optimize = plan::Optimize::size;
  const plan::Plan plan = plan::make_plan(graph, board.core, planning);
  EXPECT_TRUE(plan.stages.at(0).steps.at(0).kernel.packed_channels);
  expect_trace(graph, twice, emulate::execute_on_host(graph, plan, inputs, options));
  expect_trace(graph, twice, emulate::execute_on_emulator(graph, plan, board, inputs, options));
  graph.rounding = ir::Rounding::once;
  expect_trace(
      graph, reference_checksums(graph, inputs[0]),
      emulate::execute_on_emulator(graph, plan::make_plan(graph, board.core, planning), board, inputs, options));
}

TEST_P(KernelOptions, TheOrderForCoresOfSingleIssueChangesNoBit) {
  const target::Board cortex_m4 = target::without_budget(target::board("stm32f412"));
  for (const ir::Rounding rounding : {ir::Rounding::twice, ir::Rounding::once}) {
    graph.rounding = rounding;
    const plan::Plan plan = plan::make_plan(graph, cortex_m4.core);
    expect_trace(graph, reference_checksums(graph, inputs[0]),
                 emulate::execute_on_emulator(graph, plan, cortex_m4, inputs, options));
  }
}

INSTANTIATE_TEST_SUITE_P(Models, KernelOptions, ::testing::ValuesIn(models), golden_test_name);

}  // namespace
}  // namespace thimble::testing
