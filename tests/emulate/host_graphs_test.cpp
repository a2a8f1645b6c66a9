// The generated C of small graphs with every operator, run on this computer, against the reference interpreter.
#include <array>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "base/crc32.h"
#include "base/error.h"
#include "emit/op_graphs.h"
#include "emulate/execute.h"
#include "plan/planner.h"
#include "plan/verify_plan.h"
#include "reference/interpreter.h"

namespace thimble::testing {
namespace {

const target::Core portable_core = {"host", false, {}, {}, {}};
const target::Core dsp_core = {"cortex-m7", true, {}, {}, {}};

emulate::Bytes random_bytes(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> any(0, 255);
  emulate::Bytes bytes(static_cast<std::size_t>(count));
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(any(random));
  return bytes;
}

/// The same inference twice: the harness fills the arena with other rubbish each time.
std::vector<emulate::TensorValues> twice_the_same(const ir::Graph& graph) {
  emulate::TensorValues values;
  for (const ir::TensorId input : graph.inputs)
    values.push_back(random_bytes(graph.tensor(input).bytes(), static_cast<unsigned>(input) + 1));
  return {values, values};
}

void expect_equals_reference(const ir::Graph& graph, const target::Core& core, const plan::PlanOptions& planning = {},
                             const std::string& optimize = "-O1") {
  SCOPED_TRACE(graph.name);
  const plan::Plan plan = plan::make_plan(graph, core, planning);
  plan::verify_plan(graph, plan);
  emulate::ExecuteOptions options;
  options.trace = true;
  options.optimize = optimize;
  const auto inputs = twice_the_same(graph);
  const emulate::ExecuteResult result = emulate::execute_on_host(graph, plan, inputs, options);

  std::map<ir::TensorId, std::uint32_t> crcs;
  const auto expected = reference::run(graph, inputs[0], [&](std::size_t op, std::span<const emulate::Bytes> outputs) {
    crcs[graph.ops[op].outputs[0]] = crc32(outputs[0]);
  });
  EXPECT_EQ(result.outputs[0], expected);
  EXPECT_EQ(result.outputs[1], expected) << "depends on what the arena held before";
  for (const auto& [tensor, crc] : result.trace) EXPECT_EQ(crc, crcs.at(tensor)) << graph.tensor(tensor).name;
}

TEST(HostGraphs, EveryOperatorEqualsTheReference) {
  for (const ir::Graph& graph : op_graphs()) expect_equals_reference(graph, portable_core);
}

TEST(HostGraphs, SimdKernelsByTheirPortableTwinsEqualTheReference) {
  for (const ir::Graph& graph : {chain_graph(), residual_graph(), windows_graph()})
    expect_equals_reference(graph, dsp_core);
}

TEST(HostGraphs, RandomGraphsEqualTheReference) {
  for (unsigned seed = 1; seed <= 6; ++seed)
    expect_equals_reference(random_graph(seed), seed % 2 ? portable_core : dsp_core);
}

TEST(HostGraphs, CopiesEqualTheReferenceWhereNothingIsSharedInMemory) {
  plan::PlanOptions separate;
  separate.alias_views = separate.in_place = false;
  expect_equals_reference(layout_graph(), portable_core, separate);
  expect_equals_reference(two_ended_graph(), portable_core, separate);
}

TEST(HostGraphs, TouchNothingOutsideTheArena) {
  const std::string checked = "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all";
  for (const ir::Graph& graph : {branching_graph(), windows_graph(), layout_graph()})
    expect_equals_reference(graph, portable_core, {}, checked);
  expect_equals_reference(chain_graph(), dsp_core, {}, checked);
}

/// Converts between types as the operator does that passes/strip_ends took off.
emulate::Bytes converted(const ir::Graph& graph, ir::TensorId from, ir::TensorId to, const emulate::Bytes& values) {
  ir::Op op{ir::Quantize{}, {from}, {to}};
  if (graph.tensor(to).type == ir::DataType::float32) op.kind = ir::Dequantize{};
  return reference::evaluate(graph, op, std::array{values}).at(0);
}

TEST(HostGraphs, ConvertAtTheEndsAsTheReferenceDoes) {
  const ir::Graph graph = foreign_ends_graph();
  std::vector<float> signal;
  for (int i = 0; i < 18; ++i) signal.push_back(static_cast<float>(i - 9) * 0.035F * static_cast<float>(1 + i % 4 * 9));
  const auto* first = reinterpret_cast<const std::byte*>(signal.data());
  const emulate::TensorValues own{random_bytes(18, 3), emulate::Bytes(first, first + sizeof(float) * signal.size())};

  emulate::ExecuteOptions options;
  options.float_io = true;
  const auto result = emulate::execute_on_host(graph, plan::make_plan(graph, portable_core), std::array{own}, options);

  emulate::TensorValues inner;
  for (std::size_t i = 0; i < 2; ++i) inner.push_back(converted(graph, graph.input_ends[i], graph.inputs[i], own[i]));
  const emulate::TensorValues outputs = reference::run(graph, inner);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_EQ(result.outputs[0][i], converted(graph, graph.outputs[i], graph.output_ends[i], outputs[i])) << i;
}

TEST(HostGraphs, InputsOfTheWrongSizeAreNamed) {
  const ir::Graph graph = chain_graph();
  const std::vector<emulate::TensorValues> inputs{{emulate::Bytes(10)}};
  try {
    emulate::execute_on_host(graph, plan::make_plan(graph, portable_core), inputs);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("input \"input\" has 10 bytes, the model takes 144"), std::string::npos)
        << error.what();
  }
}

TEST(HostGraphs, ACompilerThatIsMissingIsAMissingTool) {
  const char* before = std::getenv("CC");
  const std::string restored = before != nullptr ? before : "";
  ::setenv("CC", "no-such-compiler -O9", 1);
  const ir::Graph graph = chain_graph();
  try {
    emulate::execute_on_host(graph, plan::make_plan(graph, portable_core), twice_the_same(graph));
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Exit::missing_tool) << error.what();
  }
  before != nullptr ? ::setenv("CC", restored.c_str(), 1) : ::unsetenv("CC");
}

}  // namespace
}  // namespace thimble::testing
