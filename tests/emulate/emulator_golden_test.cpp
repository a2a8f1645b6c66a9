// Real models in firmware on the emulated Cortex-M7, against TensorFlow Lite Micro: every output of every case, and
// every tensor that is still computed after the passes. The models that take long are run on the host only
// (host_golden_test).
#include <array>
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

constexpr std::array emulated_models = std::to_array<std::string_view>({
    "colabnas__resulting_architecture_k_2_c_3",  // uint8 ends
    "emza__yolo-fastest_1.1_face_320_v1",        // several outputs
    "mcunet-release__mcunet-10fps_vww",          // explicit padding, folded
    "mlperf-tiny__ad01_int8",
    "mlperf-tiny__kws_ref_model",
    "mlperf-tiny__pretrainedResnet_quant",
    "mlperf-tiny__vww_96_int8",
    "mltk__tflite_micro_magic_wand",
    "tflite-micro__hello_world_int8",
    "tflite-micro__micro_speech_quantized",
    "tflite-micro__person_detect",
    "tflite-micro__simple_add_model",  // two inputs
    "tinyengine__detection",
    "tinyengine__vww",
});

class EmulatorGolden : public ::testing::TestWithParam<std::string_view> {};

TEST_P(EmulatorGolden, FirmwareOnACortexM7EqualsTensorFlowLiteMicro) {
  THIMBLE_NEEDS_SHARED(golden_file(GetParam()));
  const Golden golden = read_golden(GetParam());
  const target::Board board = target::board("emulator");
  const ir::Graph graph = passes::simplify(import::read_tflite(golden.model_file));
  const plan::Plan plan = plan::make_plan(graph, board.core);
  plan::verify_plan(graph, plan);

  const std::vector<GoldenInference> inferences = inferences_of(golden);
  emulate::ExecuteOptions options;
  options.trace = true;
  options.float_io = true;
  const emulate::ExecuteResult result =
      emulate::execute_on_emulator(graph, plan, board, inputs_of(golden, inferences), options);
  expect_golden_outputs(inferences, result);
  expect_golden_trace(graph, golden, inferences[0], result);
}

INSTANTIATE_TEST_SUITE_P(Models, EmulatorGolden, ::testing::ValuesIn(emulated_models), golden_test_name);

}  // namespace
}  // namespace thimble::testing
