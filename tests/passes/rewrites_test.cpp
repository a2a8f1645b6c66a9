#include "passes/rewrites.h"

#include <gtest/gtest.h>

#include "import/hand_graph.h"
#include "ir/dump.h"
#include "ir/verify.h"
#include "passes/passes.h"
#include "reference/interpreter.h"

namespace thimble::passes {
namespace {

using namespace thimble::testing;
using ir::TensorId;

/// Runs one pass. The graph must stay well formed and compute the same outputs.
std::string dump_after(const char* pass, const ir::Graph& graph) {
  const ir::Graph after = simplify(graph, {pass});
  if (after.input_ends.empty()) {
    const auto inputs = random_inputs(graph, 3);
    EXPECT_EQ(reference::run(after, inputs), reference::run(graph, inputs)) << pass;
  }
  return ir::dump(after);
}

const ir::Quantization q = per_tensor(0.1F, 7);

TensorId conv(HandGraph& g, TensorId in, const std::string& name, ir::Shape out, const ir::Quantization& quantization) {
  const int channels = g.graph.tensor(in).shape.at(3);
  const int outputs = out.at(3);
  return g.op(ir::Conv2D{},
              {in, g.weights(name + "/weights", {outputs, 3, 3, channels}, 0), g.bias(name + "/bias", outputs)}, name,
              std::move(out), quantization);
}

TEST(FoldConstants, EvaluatesTheArithmeticOfShapes) {
  HandGraph g("shapes");
  const TensorId in = g.input("in", {1, 2, 2, 3}, q);
  const TensorId shape = g.typed_op(ir::ShapeOf{}, {in}, "shape", {4}, ir::DataType::int32);
  const TensorId one = g.integers("one", {1});
  const TensorId batch = g.typed_op(ir::StridedSlice{0, 0, 1}, {shape, g.integers("zero", {0}), one, one}, "batch", {},
                                    ir::DataType::int32);
  const TensorId twelve = g.constant<std::int32_t>("twelve", {}, {12}, ir::DataType::int32);
  const TensorId flat = g.typed_op(ir::Pack{0}, {batch, twelve}, "flat", {2}, ir::DataType::int32);
  const ir::Graph graph = g.with_outputs({g.op(ir::Reshape{}, {in, flat}, "out", {1, 12}, q)});
  EXPECT_EQ(dump_after("fold_constants", graph), R"(graph shapes
input %0 int8[1x2x2x3](scale 0.1 zero 7)
%7 = reshape(%0) int8[1x12](scale 0.1 zero 7)
output %7
)");
  EXPECT_EQ(simplify(graph, {"fold_constants"}).tensor(flat).values<std::int32_t>(), (std::vector{1, 12}));
}

TEST(FoldConstants, LeavesOutputsComputed) {
  HandGraph g("output");
  const TensorId in = g.input("in", {2, 3});
  const ir::Graph graph = g.with_outputs({g.typed_op(ir::ShapeOf{}, {in}, "shape", {2}, ir::DataType::int32)});
  EXPECT_EQ(dump_after("fold_constants", graph), ir::dump(graph));
}

TEST(EliminateDead, DropsWhatNothingUsesWithAllThatLedToIt) {
  HandGraph g("dead");
  const TensorId in = g.input("in", {4}, q);
  const TensorId first = g.op(ir::Clamp{}, {in}, "first", {4}, q);
  g.op(ir::Clamp{}, {first}, "second", {4}, q);
  const ir::Graph graph = g.with_outputs({g.op(ir::Clamp{}, {in}, "out", {4}, q)});
  EXPECT_EQ(dump_after("eliminate_dead", graph), R"(graph dead
input %0 int8[4](scale 0.1 zero 7)
%3 = clamp relu(%0) int8[4](scale 0.1 zero 7)
output %3
)");
}

TEST(RemoveIdentity, DropsWhatChangesNothing) {
  HandGraph g("identity");
  const TensorId in = g.input("in", {1, 2, 2, 3}, q);
  TensorId x = g.op(ir::Pad{{{0, 0}, {0, 0}, {0, 0}, {0, 0}}, {}}, {in}, "padded by nothing", {1, 2, 2, 3}, q);
  x = g.op(ir::Reshape{}, {x}, "same shape", {1, 2, 2, 3}, q);
  x = g.op(ir::Quantize{}, {x}, "same scale", {1, 2, 2, 3}, q);
  x = g.op(ir::Clamp{}, {x}, "clamp", {1, 2, 2, 3}, q);
  const ir::Graph graph = g.with_outputs({g.op(ir::Reshape{}, {x}, "out", {1, 2, 2, 3}, q)});
  EXPECT_EQ(dump_after("remove_identity", graph), R"(graph identity
input %0 int8[1x2x2x3](scale 0.1 zero 7)
%5 = clamp relu(%0) int8[1x2x2x3](scale 0.1 zero 7)
output %5
)");
}

TEST(RemoveIdentity, KeepsWhatChangesAnything) {
  HandGraph g("kept");
  const TensorId in = g.input("in", {1, 2, 3, 2}, q);
  const TensorId rescaled = g.op(ir::Quantize{}, {in}, "rescaled", {1, 2, 3, 2}, per_tensor(0.1F, 8));
  const TensorId transposed = g.op(ir::Transpose{{0, 2, 1, 3}}, {in}, "transposed", {1, 3, 2, 2}, q);
  // An input that is an output as well has to be copied.
  const TensorId copy = g.op(ir::Reshape{}, {in}, "copy", {1, 2, 3, 2}, q);
  const ir::Graph graph = g.with_outputs({rescaled, transposed, copy});
  EXPECT_EQ(dump_after("remove_identity", graph), ir::dump(graph));
}

TEST(RemoveIdentity, MakesATransposeOfUnitDimensionsAReshape) {
  HandGraph g("units");
  const TensorId in = g.input("in", {1, 4, 1, 3}, q);
  const ir::Graph graph = g.with_outputs({g.op(ir::Transpose{{2, 1, 0, 3}}, {in}, "swapped", {1, 4, 1, 3}, q),
                                          g.op(ir::Transpose{{1, 0, 3, 2}}, {in}, "moved", {4, 1, 3, 1}, q)});
  EXPECT_EQ(dump_after("remove_identity", graph), R"(graph units
input %0 int8[1x4x1x3](scale 0.1 zero 7)
%1 = reshape(%0) int8[1x4x1x3](scale 0.1 zero 7)
%2 = reshape(%0) int8[4x1x3x1](scale 0.1 zero 7)
output %1
output %2
)");
}

TEST(FusePadding, JoinsThePaddingOfTheConvolutionsThatReadIt) {
  HandGraph g("fused");
  const TensorId in = g.input("in", {1, 5, 5, 2}, q);
  const TensorId padded = g.op(ir::Pad{{{0, 0}, {1, 2}, {0, 1}, {0, 0}}, 7.0}, {in}, "padded", {1, 8, 6, 2}, q);
  const TensorId a = conv(g, padded, "a", {1, 6, 4, 3}, per_tensor(0.3F, 0));
  ir::DepthwiseConv2D depthwise;
  depthwise.padding = {1, 1, 1, 1};
  const TensorId b = g.op(depthwise, {padded, g.weights("b/weights", {1, 3, 3, 2}, 3), ir::no_tensor}, "b",
                          {1, 8, 6, 2}, per_tensor(0.2F, -5));
  const ir::Graph graph = g.with_outputs({a, b});
  EXPECT_EQ(dump_after("fuse_padding", graph), R"(graph fused
input %0 int8[1x5x5x2](scale 0.1 zero 7)
%4 = conv_2d pad 1,2,0,1(%0, %2:const int8[3x3x3x2](3 scales), %3:const int32[3]) int8[1x6x4x3](scale 0.3 zero 0)
%6 = depthwise_conv_2d pad 2,3,1,2(%0, %5:const int8[1x3x3x2](2 scales), none) int8[1x8x6x2](scale 0.2 zero -5)
output %4
output %6
)");
}

TEST(FusePadding, KeepsPaddingThatIsNotZeroOrThatOthersRead) {
  HandGraph g("kept");
  const TensorId in = g.input("in", {1, 5, 5, 2}, q);
  const ir::Pad zeros{{{0, 0}, {1, 1}, {1, 1}, {0, 0}}, {}};
  const ir::Pad sevens_less_one{{{0, 0}, {1, 1}, {1, 1}, {0, 0}}, 6.0};
  const TensorId other_value = g.op(sevens_less_one, {in}, "other value", {1, 7, 7, 2}, q);
  const TensorId pooled = g.op(zeros, {in}, "read by a pool", {1, 7, 7, 2}, q);
  const TensorId shown = g.op(zeros, {in}, "an output", {1, 7, 7, 2}, q);
  const TensorId rescaled = g.op(zeros, {in}, "other scale", {1, 7, 7, 2}, per_tensor(0.2F, 7));
  ir::Pool2D pool;
  pool.filter_h = pool.filter_w = 3;
  const ir::Graph graph = g.with_outputs({conv(g, other_value, "a", {1, 5, 5, 3}, per_tensor(0.3F, 0)),
                                          g.op(pool, {pooled}, "pool", {1, 5, 5, 2}, q), shown,
                                          conv(g, pooled, "b", {1, 5, 5, 3}, per_tensor(0.3F, 0)),
                                          conv(g, shown, "c", {1, 5, 5, 3}, per_tensor(0.3F, 0)),
                                          conv(g, rescaled, "d", {1, 5, 5, 3}, per_tensor(0.3F, 0))});
  EXPECT_EQ(dump_after("fuse_padding", graph), ir::dump(graph));
}

TEST(FuseActivation, JoinsTheOperatorBeforeIt) {
  HandGraph g("fused");
  const TensorId in = g.input("in", {1, 5, 5, 2}, q);
  const TensorId a = conv(g, in, "a", {1, 3, 3, 2}, per_tensor(0.3F, 4));
  const TensorId b = g.op(ir::Clamp{ir::Activation::relu6}, {a}, "b", {1, 3, 3, 2}, per_tensor(0.3F, 4));
  const TensorId c = g.op(ir::Add{}, {b, b}, "c", {1, 3, 3, 2}, per_tensor(0.4F, -9));
  const TensorId d = g.op(ir::Clamp{ir::Activation::relu_n1_to_1}, {c}, "d", {1, 3, 3, 2}, per_tensor(0.4F, -9));
  const ir::Graph graph = g.with_outputs({d});
  EXPECT_EQ(dump_after("fuse_activation", graph), R"(graph fused
input %0 int8[1x5x5x2](scale 0.1 zero 7)
%4 = conv_2d relu6(%0, %1:const int8[2x3x3x2](2 scales), %2:const int32[2]) int8[1x3x3x2](scale 0.3 zero 4)
%6 = add relu_n1_to_1(%4, %4) int8[1x3x3x2](scale 0.4 zero -9)
output %6
)");
}

TEST(FuseActivation, KeepsAClampThatRescalesOrWhoseInputOthersRead) {
  HandGraph g("kept");
  const TensorId in = g.input("in", {1, 5, 5, 2}, q);
  const TensorId a = conv(g, in, "a", {1, 3, 3, 2}, per_tensor(0.3F, 4));
  const TensorId b = g.op(ir::Clamp{}, {a}, "rescales", {1, 3, 3, 2}, per_tensor(0.2F, 4));
  const TensorId c = conv(g, in, "c", {1, 3, 3, 2}, per_tensor(0.3F, 4));
  const TensorId d = g.op(ir::Clamp{}, {c}, "shares", {1, 3, 3, 2}, per_tensor(0.3F, 4));
  const ir::Graph graph = g.with_outputs({b, c, d});
  EXPECT_EQ(dump_after("fuse_activation", graph), ir::dump(graph));
}

TEST(StripEnds, BeginsAndEndsWithTheNetworksOwnTensors) {
  HandGraph g("ends");
  const TensorId real = g.input("real", {4});
  const TensorId bytes = g.tensor("bytes", {4}, ir::DataType::uint8, per_tensor(0.1F, 135));
  g.graph.inputs.push_back(bytes);
  const TensorId a = g.op(ir::Quantize{}, {real}, "a", {4}, q);
  const TensorId b = g.op(ir::Quantize{}, {bytes}, "b", {4}, q);
  const TensorId sum = g.op(ir::Add{}, {a, b}, "sum", {4}, per_tensor(0.2F, 1));
  const TensorId difference = g.op(ir::Sub{}, {a, b}, "difference", {4}, per_tensor(0.2F, 2));
  const TensorId real_sum = g.op(ir::Dequantize{}, {sum}, "real sum", {4});
  const TensorId bytes_out =
      g.typed_op(ir::Quantize{}, {difference}, "bytes out", {4}, ir::DataType::uint8, per_tensor(0.2F, 130));
  const ir::Graph graph = g.with_outputs({real_sum, bytes_out});
  EXPECT_EQ(dump_after("strip_ends", graph), R"(graph ends
input %2 int8[4](scale 0.1 zero 7)
input %3 int8[4](scale 0.1 zero 7)
%4 = add(%2, %3) int8[4](scale 0.2 zero 1)
%5 = sub(%2, %3) int8[4](scale 0.2 zero 2)
output %4
output %5
)");
  const ir::Graph after = simplify(graph, {"strip_ends"});
  EXPECT_EQ(after.input_ends, (std::vector{real, bytes}));
  EXPECT_EQ(after.output_ends, (std::vector{real_sum, bytes_out}));
}

TEST(StripEnds, KeepsEndsThatAreUsedTwice) {
  HandGraph g("kept");
  const TensorId real = g.input("real", {4});
  const TensorId a = g.op(ir::Quantize{}, {real}, "a", {4}, q);
  const TensorId b = g.op(ir::Quantize{}, {real}, "b", {4}, per_tensor(0.2F, 0));
  const TensorId sum = g.op(ir::Add{}, {a, b}, "sum", {4}, per_tensor(0.2F, 1));
  const TensorId real_sum = g.op(ir::Dequantize{}, {sum}, "real sum", {4});
  const ir::Graph graph = g.with_outputs({real_sum, g.op(ir::Clamp{}, {real_sum}, "clamped", {4})});
  const ir::Graph after = simplify(graph, {"strip_ends"});
  EXPECT_EQ(ir::dump(after), ir::dump(graph));
  EXPECT_EQ(after.input_ends, (std::vector{ir::no_tensor}));
  EXPECT_EQ(after.output_ends, (std::vector{ir::no_tensor, ir::no_tensor}));
}

}  // namespace
}  // namespace thimble::passes
