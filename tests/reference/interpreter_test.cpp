#include "reference/interpreter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "reference/single_op.h"

namespace thimble::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// x -> a = x + x -> b = a * a; the outputs are b, x and a.
ir::Graph two_ops() {
  ir::Graph graph;
  graph.name = "two";
  for (const char* name : {"x", "a", "b"}) {
    ir::Tensor tensor = float_tensor({1});
    tensor.name = name;
    graph.add_tensor(tensor);
  }
  graph.ops = {{ir::Add{}, {0, 0}, {1}}, {ir::Mul{}, {1, 1}, {2}}};
  graph.inputs = {0};
  graph.outputs = {2, 0, 1};
  return graph;
}

TEST(Run, GivesOutputsInTheGraphsOrderAndShowsEachOperator) {
  std::vector<std::pair<std::size_t, float>> seen;
  const std::vector<reference::Bytes> outputs =
      reference::run(two_ops(), std::vector<reference::Bytes>{bytes(std::vector{3.0F})},
                     [&](std::size_t op, std::span<const reference::Bytes> values) {
                       seen.emplace_back(op, numbers<float>(values[0])[0]);
                     });
  EXPECT_THAT(seen, ElementsAre(std::pair(std::size_t{0}, 6.0F), std::pair(std::size_t{1}, 36.0F)));
  EXPECT_THAT(outputs, ElementsAre(bytes(std::vector{36.0F}), bytes(std::vector{3.0F}), bytes(std::vector{6.0F})));
}

std::string error_of(const ir::Graph& graph, const std::vector<reference::Bytes>& inputs) {
  try {
    reference::run(graph, inputs);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Run, NamesTheInputOfTheWrongSize) {
  EXPECT_EQ(error_of(two_ops(), {}), "two: the model has 1 inputs, 0 were given");
  EXPECT_EQ(error_of(two_ops(), {reference::Bytes(3)}), "two: input \"x\" is float32 1 = 4 bytes, 3 were given");
}

TEST(Run, NamesTheOperatorThatIsNotDefinedForAType) {
  const Operand input{quantized_tensor(ir::DataType::int16, {1}, 1.0F, 0), reference::Bytes(2)};
  EXPECT_EQ(error_of(single_op_graph(ir::Add{}, {input, input}, input.tensor), {input.values}),
            "single: add \"out\": is not defined for int16 tensors");
}

TEST(Run, RefusesInputsOfMixedTypes) {
  const Operand input = floats({1, 1, 1, 1}, {1});
  const Operand kernel = int8s({1, 1, 1, 1}, {1});
  const ir::Graph graph = single_op_graph(ir::Conv2D{}, {input, kernel, floats({1}, {0})}, float_tensor({1, 1, 1, 1}));
  EXPECT_EQ(error_of(graph, {input.values}), "single: conv_2d \"out\": is not defined for int8 tensors");
}

TEST(Run, RefusesAScaleThatIsNone) {
  const Operand input = int8s({1}, {1}, 0.0F);
  EXPECT_THAT(error_of(single_op_graph(ir::Add{}, {input, input}, int8_tensor({1})), {input.values}),
              HasSubstr("\"in0\" has a scale of 0"));
}

TEST(Run, RefusesIntegersWithoutAScaleWhereTheirMeaningCounts) {
  const Operand input = int8s({1}, {1});
  const Operand bare{tensor_of(ir::DataType::int8, {1}), input.values};
  EXPECT_EQ(error_of(single_op_graph(ir::Mul{}, {input, bare}, int8_tensor({1})), {input.values}),
            "single: mul \"out\": \"in1\" is int8 but has no scale");
  EXPECT_EQ(error_of(single_op_graph(ir::Reshape{}, {bare}, bare.tensor), {bare.values}), "no error");
}

TEST(Evaluate, ComputesOneOperatorOfAGraph) {
  const ir::Graph graph = two_ops();
  const std::vector<reference::Bytes> inputs(2, bytes(std::vector{4.0F}));
  EXPECT_THAT(reference::evaluate(graph, graph.ops[1], inputs), ElementsAre(bytes(std::vector{16.0F})));
}

}  // namespace
}  // namespace thimble::testing
