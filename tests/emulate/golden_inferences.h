// The golden cases of a model as inferences of a generated program, for the host and the emulated core.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/crc32.h"
#include "emulate/execute.h"
#include "golden.h"
#include "ir/graph.h"

namespace thimble::testing {

struct GoldenInference {
  const GoldenCase* expected;
  GoldenInput kind;
};

/// All cases of a model. The first one is traced: seed 0, after QUANTIZE where there are such cases, since those do not
/// saturate.
inline std::vector<GoldenInference> inferences_of(const Golden& golden) {
  std::vector<GoldenInference> inferences;
  for (const GoldenCase& expected : golden.cases_after_quantize)
    inferences.push_back({&expected, GoldenInput::after_quantize});
  for (const GoldenCase& expected : golden.cases) inferences.push_back({&expected, GoldenInput::of_file});
  return inferences;
}

inline std::vector<emulate::TensorValues> inputs_of(const Golden& golden,
                                                    const std::vector<GoldenInference>& inferences) {
  std::vector<emulate::TensorValues> inputs;
  for (const GoldenInference& inference : inferences)
    inputs.push_back(golden_inputs(golden, inference.expected->seed, inference.kind));
  return inputs;
}

inline void expect_golden_outputs(const std::vector<GoldenInference>& inferences,
                                  const emulate::ExecuteResult& result) {
  ASSERT_EQ(result.outputs.size(), inferences.size());
  for (std::size_t i = 0; i < inferences.size(); ++i) {
    const GoldenCase& expected = *inferences[i].expected;
    std::vector<std::uint32_t> crcs;
    for (const emulate::Bytes& output : result.outputs[i]) crcs.push_back(crc32(output));
    EXPECT_EQ(crcs, expected.output_crc32) << "seed " << expected.seed;
  }
}

/// Compares traced tensors with the CRCs of the operators that compute them: at least one.
inline void expect_golden_trace(const ir::Graph& graph, const Golden& golden, const GoldenInference& traced,
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
  EXPECT_GT(compared, 0);
}

/// A model's name as GoogleTest wants it.
inline std::string golden_test_name(const ::testing::TestParamInfo<std::string_view>& info) {
  std::string name(info.param);
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain) c = '_';
  }
  return name;
}

}  // namespace thimble::testing
