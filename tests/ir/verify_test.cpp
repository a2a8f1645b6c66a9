#include "ir/verify.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "ir/dump.h"
#include "ir/shapes.h"

namespace thimble::ir {
namespace {

/// in[1,4,4,2] -> conv 3x3 stride 2, 3 channels -> relu.
Graph small_graph() {
  Graph graph;
  graph.name = "small";
  const Quantization q{{0.5F}, {3}, 0};
  graph.add_tensor({"in", {1, 4, 4, 2}, DataType::int8, q, nullptr, -1});
  const std::vector<std::int8_t> w(3 * 3 * 3 * 2, 1);
  const std::vector<std::int32_t> b(3, 0);
  graph.add_tensor(
      {"w", {3, 3, 3, 2}, DataType::int8, Quantization{{1, 1, 1}, {0, 0, 0}, 0}, constant_data(std::span(w)), -1});
  graph.add_tensor({"b", {3}, DataType::int32, std::nullopt, constant_data(std::span(b)), -1});
  graph.add_tensor({"c", {1, 2, 2, 3}, DataType::int8, q, nullptr, 0});
  graph.add_tensor({"out", {1, 2, 2, 3}, DataType::int8, q, nullptr, 1});
  Conv2D conv;
  conv.stride_h = conv.stride_w = 2;
  conv.padding = {0, 1, 0, 1};
  graph.ops.push_back({conv, {0, 1, 2}, {3}});
  graph.ops.push_back({Clamp{Activation::relu}, {3}, {4}});
  graph.inputs = {0};
  graph.outputs = {4};
  return graph;
}

std::string refusal(const Graph& graph) {
  try {
    verify(graph);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Verify, AcceptsAGoodGraph) { EXPECT_EQ(refusal(small_graph()), ""); }

TEST(Verify, DumpIsStable) {
  EXPECT_EQ(dump(small_graph()),
            "graph small\n"
            "input %0 int8[1x4x4x2](scale 0.5 zero 3)\n"
            "%3 = conv_2d stride 2x2 pad 0,1,0,1(%0, %1:const int8[3x3x3x2](3 scales), %2:const int32[3]) "
            "int8[1x2x2x3](scale 0.5 zero 3)\n"
            "%4 = clamp relu(%3) int8[1x2x2x3](scale 0.5 zero 3)\n"
            "output %4\n");
}

TEST(Verify, CountsMacs) { EXPECT_EQ(macs_of(small_graph()), 2 * 2 * 3 * 3 * 3 * 2); }

TEST(Verify, RefusesAShapeThatIsNotWhatTheOperatorComputes) {
  Graph graph = small_graph();
  graph.tensor(3).shape = {1, 3, 2, 3};
  EXPECT_NE(refusal(graph).find("computes 1x2x2x3, but its output is declared 1x3x2x3"), std::string::npos);
}

TEST(Verify, RefusesAReadBeforeTheWrite) {
  Graph graph = small_graph();
  std::swap(graph.ops[0], graph.ops[1]);
  EXPECT_NE(refusal(graph).find("before it is computed"), std::string::npos);
}

TEST(Verify, RefusesIdsOutOfRangeAndMissingInputs) {
  Graph graph = small_graph();
  graph.ops[1].inputs = {99};
  EXPECT_NE(refusal(graph), "");
  graph = small_graph();
  graph.ops[0].inputs = {0};
  EXPECT_NE(refusal(graph), "");
  graph = small_graph();
  graph.outputs = {-1};
  EXPECT_NE(refusal(graph), "");
}

TEST(Verify, RefusesAConstantOfTheWrongSize) {
  Graph graph = small_graph();
  graph.tensor(1).shape = {3, 3, 3, 1};
  EXPECT_NE(refusal(graph).find("bytes"), std::string::npos);
}

TEST(Shapes, SamePaddingPutsTheOddElementAfter) {
  EXPECT_EQ(same_padding(4, 3, 2, 1), (std::array<int, 2>{0, 1}));
  EXPECT_EQ(same_padding(5, 3, 1, 1), (std::array<int, 2>{1, 1}));
  EXPECT_EQ(convolved_size(224, 3, 2, 1, 0, 1), 112);
}

}  // namespace
}  // namespace thimble::ir
