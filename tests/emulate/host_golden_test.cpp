// The generated C of real models, run on this computer, against TensorFlow Lite Micro: every output of every case, and
// every tensor that is still computed after the passes. Each inference starts on an arena full of rubbish (see
// boards/harness/harness.c), so these also show that nothing is read before it is written.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/crc32.h"
#include "emulate/execute.h"
#include "golden.h"
#include "import/tflite_import.h"
#include "passes/passes.h"
#include "plan/planner.h"
#include "plan/verify_plan.h"
#include "target/board.h"

namespace thimble::testing {
namespace {

struct Inference {
  const GoldenCase* expected;
  GoldenInput kind;
};

/// All cases of a model. The first one is traced: seed 0, after QUANTIZE where there are such cases, since those do not
/// saturate.
std::vector<Inference> inferences_of(const Golden& golden) {
  std::vector<Inference> inferences;
  for (const GoldenCase& expected : golden.cases_after_quantize)
    inferences.push_back({&expected, GoldenInput::after_quantize});
  for (const GoldenCase& expected : golden.cases) inferences.push_back({&expected, GoldenInput::of_file});
  return inferences;
}

/// Compares traced tensors with the CRCs of the operators that compute them; gives how many were compared.
int compare_trace(const ir::Graph& graph, const Golden& golden, const Inference& traced,
                  const emulate::ExecuteResult& result) {
  int compared = 0;
  for (const auto& [tensor, crc] : result.trace) {
    const int source = graph.tensor(tensor).source_op;
    if (source < 0) continue;
    const GoldenLayer& layer = golden.layers.at(static_cast<std::size_t>(source));
    const std::vector<std::uint32_t> expected = golden_crc32(layer, traced.expected->seed, traced.kind);
    if (expected.empty()) continue;
    EXPECT_EQ(crc, expected.at(0)) << "operator " << source << " " << layer.op << " \"" << graph.tensor(tensor).name
                                   << '"';
    ++compared;
  }
  return compared;
}

void expect_equals_golden(std::string_view model, const target::Core& core) {
  SCOPED_TRACE(model);
  const Golden golden = read_golden(model);
  const ir::Graph graph = passes::simplify(import::read_tflite(golden.model_file));
  const plan::Plan plan = plan::make_plan(graph, core);
  plan::verify_plan(graph, plan);

  const std::vector<Inference> inferences = inferences_of(golden);
  std::vector<emulate::TensorValues> inputs;
  for (const Inference& inference : inferences)
    inputs.push_back(golden_inputs(golden, inference.expected->seed, inference.kind));
  emulate::ExecuteOptions options;
  options.trace = true;
  options.float_io = true;
  options.optimize = "-O1";
  const emulate::ExecuteResult result = emulate::execute_on_host(graph, plan, inputs, options);

  for (std::size_t i = 0; i < inferences.size(); ++i) {
    const GoldenCase& expected = *inferences[i].expected;
    std::vector<std::uint32_t> crcs;
    for (const emulate::Bytes& output : result.outputs[i]) crcs.push_back(crc32(output));
    EXPECT_EQ(crcs, expected.output_crc32) << "seed " << expected.seed;
  }
  EXPECT_GT(compare_trace(graph, golden, inferences[0], result), 0);
}

/// A core whose kernels are all portable, and one whose SIMD kernels run here by their portable twins.
const target::Core portable_core = {"host", false, {}, {}, {}};
const target::Core dsp_core = {"cortex-m7", true, {}, {}, {}};

class HostGolden : public ::testing::TestWithParam<std::string_view> {};

TEST_P(HostGolden, PortableKernelsEqualTensorFlowLiteMicro) {
  THIMBLE_NEEDS_SHARED(golden_file(GetParam()));
  expect_equals_golden(GetParam(), portable_core);
}

class HostGoldenSimd : public ::testing::TestWithParam<std::string_view> {};

TEST_P(HostGoldenSimd, PortableTwinsOfSimdKernelsEqualTensorFlowLiteMicro) {
  THIMBLE_NEEDS_SHARED(golden_file(GetParam()));
  expect_equals_golden(GetParam(), dsp_core);
}

/// Between them they use every SIMD kernel; the emulator runs all models by the instructions themselves.
constexpr std::array simd_models = std::to_array<std::string_view>({
    "mcunet-release__mcunet-10fps_vww",
    "mlperf-tiny__ad01_int8",
    "mlperf-tiny__kws_ref_model",
    "mlperf-tiny__pretrainedResnet_quant",
    "mltk__keyword_spotting_mobilenetv2",
    "tflite-micro__person_detect",
    "tinyengine__vww",
});

std::string test_name(const ::testing::TestParamInfo<std::string_view>& info) {
  std::string name(info.param);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, HostGolden, ::testing::ValuesIn(exact_golden_models), test_name);
INSTANTIATE_TEST_SUITE_P(Models, HostGoldenSimd, ::testing::ValuesIn(simd_models), test_name);

}  // namespace
}  // namespace thimble::testing
