// Real models, as imported and without any pass, against the outputs and layer CRCs of TensorFlow Lite Micro.
#include "golden.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "base/crc32.h"
#include "import/tflite_import.h"
#include "reference/interpreter.h"
#include "reference/numbers.h"

namespace thimble::testing {
namespace {

std::vector<std::uint32_t> crcs_of(std::span<const reference::Bytes> tensors) {
  std::vector<std::uint32_t> out;
  for (const reference::Bytes& tensor : tensors) out.push_back(crc32(tensor));
  return out;
}

/// Runs one case and compares each layer's CRC where the golden file has one, then the outputs.
void expect_exact(const ir::Graph& graph, const Golden& golden, const GoldenCase& expected, GoldenInput kind) {
  SCOPED_TRACE(fmt::format("seed {}{}", expected.seed, kind == GoldenInput::of_file ? "" : ", after QUANTIZE"));
  const auto compare_layer = [&](std::size_t op, std::span<const reference::Bytes> outputs) {
    const int source = graph.tensor(graph.ops[op].outputs.at(0)).source_op;
    const GoldenLayer& layer = golden.layers.at(static_cast<std::size_t>(source));
    const std::vector<std::uint32_t> crcs = golden_crc32(layer, expected.seed, kind);
    if (crcs.empty()) return;
    EXPECT_EQ(crcs_of(outputs), crcs) << "operator " << source << " " << layer.op << " \""
                                      << graph.name_of(graph.ops[op]) << '"';
  };
  const std::vector<reference::Bytes> outputs =
      reference::run(graph, golden_inputs(golden, expected.seed, kind), compare_layer);
  EXPECT_EQ(crcs_of(outputs), expected.output_crc32);
  if (kind == GoldenInput::of_file) {
    EXPECT_EQ(outputs, expected.outputs);
  }
}

class ExactGolden : public ::testing::TestWithParam<std::string_view> {};

TEST_P(ExactGolden, EqualsTensorFlowLiteMicroInEveryLayerOfEveryCase) {
  THIMBLE_NEEDS_SHARED(golden_file(GetParam()));
  const Golden golden = read_golden(GetParam());
  const ir::Graph graph = import::read_tflite(golden.model_file);
  ASSERT_EQ(graph.ops.size(), golden.layers.size());
  for (const GoldenCase& expected : golden.cases) expect_exact(graph, golden, expected, GoldenInput::of_file);
  for (const GoldenCase& expected : golden.cases_after_quantize) {
    expect_exact(graph, golden, expected, GoldenInput::after_quantize);
  }
}

class FloatGolden : public ::testing::TestWithParam<std::string_view> {};

TEST_P(FloatGolden, AgreesWithTensorFlowLiteMicroToFloatRounding) {
  THIMBLE_NEEDS_SHARED(golden_file(GetParam()));
  const Golden golden = read_golden(GetParam());
  const ir::Graph graph = import::read_tflite(golden.model_file);
  for (const GoldenCase& expected : golden.cases) {
    SCOPED_TRACE(fmt::format("seed {}", expected.seed));
    const std::vector<reference::Bytes> outputs = reference::run(graph, golden_inputs(golden, expected.seed));
    ASSERT_EQ(outputs.size(), expected.outputs.size());
    for (std::size_t t = 0; t < outputs.size(); ++t) {
      const std::vector<float> actual = numbers<float>(outputs[t]);
      const std::vector<float> wanted = numbers<float>(expected.outputs[t]);
      ASSERT_EQ(actual.size(), wanted.size());
      for (std::size_t i = 0; i < actual.size(); ++i) {
        EXPECT_NEAR(actual[i], wanted[i], 1e-4F * std::max(std::abs(wanted[i]), 1e-3F)) << "element " << i;
      }
    }
  }
}

std::string test_name(const ::testing::TestParamInfo<std::string_view>& info) {
  std::string name(info.param);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, ExactGolden, ::testing::ValuesIn(exact_golden_models), test_name);
INSTANTIATE_TEST_SUITE_P(Models, FloatGolden, ::testing::ValuesIn(float_golden_models), test_name);

}  // namespace
}  // namespace thimble::testing
