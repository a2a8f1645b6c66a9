// Real models as streams of rows, with the smallest arena that the planner finds, against TensorFlow Lite Micro: every
// output of every case on the host, with inputs in the arena and handed over row by row, and firmware for some.
#include <string_view>

#include <gtest/gtest.h>

#include "emulate/execute.h"
#include "emulate/golden_inferences.h"
#include "golden.h"
#include "import/tflite_import.h"
#include "passes/passes.h"
#include "plan/planner.h"
#include "plan/verify_plan.h"
#include "target/board.h"

namespace thimble::testing {
namespace {

plan::Plan smallest_plan(const ir::Graph& graph, plan::InputMode input_mode) {
  plan::PlanOptions options;
  options.objective = plan::Objective::sram;
  options.input_mode = input_mode;
  const target::Core core = target::board("emulator").core;
  plan::Plan plan = plan::make_plan(graph, core, options);
  plan::verify_plan(graph, plan);
  options.stream = false;
  options.input_mode = plan::InputMode::resident;
  EXPECT_LT(plan.arena_bytes, plan::make_plan(graph, core, options).arena_bytes);
  return plan;
}

class StreamedGolden : public ::testing::TestWithParam<std::string_view> {};

TEST_P(StreamedGolden, ProgramsEqualTensorFlowLiteMicro) {
  THIMBLE_NEEDS_SHARED(golden_file(GetParam()));
  const Golden golden = read_golden(GetParam());
  const ir::Graph graph = passes::simplify(import::read_tflite(golden.model_file));
  const std::vector<GoldenInference> inferences = inferences_of(golden);
  emulate::ExecuteOptions options;
  options.float_io = true;
  options.optimize = "-O1";
  for (const plan::InputMode mode : {plan::InputMode::resident, plan::InputMode::rows}) {
    const plan::Plan plan = smallest_plan(graph, mode);
    expect_golden_outputs(inferences, emulate::execute_on_host(graph, plan, inputs_of(golden, inferences), options));
  }
}

INSTANTIATE_TEST_SUITE_P(Models, StreamedGolden,
                         ::testing::Values("mcunet-release__mcunet-10fps_vww", "mcunet-release__mcunet-5fps_imagenet",
                                           "mlperf-tiny__kws_ref_model", "mlperf-tiny__pretrainedResnet_quant",
                                           "mlperf-tiny__vww_96_int8", "tflite-micro__person_detect",
                                           "tinyengine__detection", "tinyengine__vww"),
                         golden_test_name);

class StreamedFirmware : public ::testing::TestWithParam<std::string_view> {};

TEST_P(StreamedFirmware, EqualsTensorFlowLiteMicro) {
  THIMBLE_NEEDS_SHARED(golden_file(GetParam()));
  const Golden golden = read_golden(GetParam());
  const ir::Graph graph = passes::simplify(import::read_tflite(golden.model_file));
  const std::vector<GoldenInference> inferences = inferences_of(golden);
  emulate::ExecuteOptions options;
  options.float_io = true;
  const plan::Plan plan = smallest_plan(graph, plan::InputMode::rows);
  expect_golden_outputs(inferences, emulate::execute_on_emulator(graph, plan, target::board("emulator"),
                                                                 inputs_of(golden, inferences), options));
}

INSTANTIATE_TEST_SUITE_P(Models, StreamedFirmware,
                         ::testing::Values("mlperf-tiny__pretrainedResnet_quant", "mlperf-tiny__kws_ref_model",
                                           "mlperf-tiny__vww_96_int8", "tinyengine__vww"),
                         golden_test_name);

}  // namespace
}  // namespace thimble::testing
