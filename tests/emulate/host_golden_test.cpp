// The generated C of real models, run on this computer, against TensorFlow Lite Micro: every output of every case, and
// every tensor that is still computed after the passes. Each inference starts on an arena full of rubbish (see
// boards/harness/harness.c), so these also show that nothing is read before it is written.
#include <string_view>
#include <vector>

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

void expect_equals_golden(const Golden& golden, const std::vector<GoldenInference>& inferences,
                          const target::Core& core) {
  const ir::Graph graph = passes::simplify(import::read_tflite(golden.model_file));
  const plan::Plan plan = plan::make_plan(graph, core);
  plan::verify_plan(graph, plan);
  emulate::ExecuteOptions options;
  options.trace = true;
  options.float_io = true;
  options.optimize = "-O1";
  const emulate::ExecuteResult result = emulate::execute_on_host(graph, plan, inputs_of(golden, inferences), options);
  expect_golden_outputs(inferences, result);
  expect_golden_trace(graph, golden, inferences[0], result);
}

class HostGolden : public ::testing::TestWithParam<std::string_view> {};

TEST_P(HostGolden, PortableKernelsEqualTensorFlowLiteMicroInEveryCase) {
  THIMBLE_NEEDS_SHARED(golden_file(GetParam()));
  const Golden golden = read_golden(GetParam());
  expect_equals_golden(golden, inferences_of(golden), {"host", false, {}, {}, {}});
}

/// Here SIMD kernels run by the portable twins of their instructions.
TEST_P(HostGolden, SimdKernelsEqualTensorFlowLiteMicroInEveryLayer) {
  THIMBLE_NEEDS_SHARED(golden_file(GetParam()));
  const Golden golden = read_golden(GetParam());
  expect_equals_golden(golden, {inferences_of(golden).at(0)}, {"cortex-m7", true, {}, {}, {}});
}

INSTANTIATE_TEST_SUITE_P(Models, HostGolden, ::testing::ValuesIn(exact_golden_models), golden_test_name);

}  // namespace
}  // namespace thimble::testing
