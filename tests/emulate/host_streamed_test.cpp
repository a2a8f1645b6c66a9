// Two convolutions streamed through a ring of three rows, as C on this computer, against the reference interpreter.
#include <random>

#include <gtest/gtest.h>

#include "base/crc32.h"
#include "emulate/execute.h"
#include "plan/streamed_plan.h"
#include "plan/verify_plan.h"
#include "reference/interpreter.h"
#include "target/kernel_choice.h"

namespace thimble::testing {
namespace {

std::vector<emulate::TensorValues> random_inputs(const ir::Graph& graph, int count) {
  std::mt19937 random(11);
  std::uniform_int_distribution<int> any(0, 255);
  std::vector<emulate::TensorValues> inputs;
  for (int n = 0; n < count; ++n) {
    emulate::Bytes values(static_cast<std::size_t>(graph.tensor(graph.inputs[0]).bytes()));
    for (std::byte& value : values) value = static_cast<std::byte>(any(random));
    inputs.push_back({values});
  }
  return inputs;
}

void expect_equals_reference(const StreamedShape& shape, bool dsp) {
  const target::Core core{dsp ? "cortex-m7" : "host", dsp, {}, {}, {}};
  const auto choose = [&](const ir::Graph& graph, const ir::Op& op) { return target::choose_kernel(graph, op, core); };
  const PlannedGraph streamed = streamed_convolutions(shape, choose);
  const ir::Graph& graph = streamed.graph;
  const plan::Plan& plan = streamed.plan;
  plan::verify_plan(graph, plan);
  const auto inputs = random_inputs(graph, 2);
  emulate::ExecuteOptions options;
  options.trace = true;
  options.optimize = "-O1";
  const emulate::ExecuteResult result = emulate::execute_on_host(graph, plan, inputs, options);

  std::map<ir::TensorId, std::uint32_t> crcs;
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    const auto expected =
        reference::run(graph, inputs[n], [&](std::size_t op, std::span<const emulate::Bytes> outputs) {
          if (n == 0) crcs[graph.ops[op].outputs[0]] = crc32(outputs[0]);
        });
    EXPECT_EQ(result.outputs[n], expected) << "inference " << n;
  }
  EXPECT_EQ(result.trace, crcs) << "the intermediate, traced row by row, is whole too";
}

TEST(HostStreamed, TwoConvolutionsThroughARingEqualTheReference) { expect_equals_reference({}, false); }

TEST(HostStreamed, WithAStrideToo) {
  expect_equals_reference({9, 6, {3, 8, 5}, 2}, false);
  expect_equals_reference({10, 6, {3, 8, 5}, 2}, false);
}

TEST(HostStreamed, WithSimdKernelsToo) { expect_equals_reference({12, 9, {8, 16, 8}, 1}, true); }

}  // namespace
}  // namespace thimble::testing
