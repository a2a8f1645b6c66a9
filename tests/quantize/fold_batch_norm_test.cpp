#include "quantize/fold_batch_norm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "float_graphs.h"
#include "ir/verify.h"
#include "reference/interpreter.h"

namespace thimble::quantize {
namespace {

using ::testing::FloatNear;
using ::testing::Pointwise;

std::vector<float> output_of(const ir::Graph& graph) {
  return testing::values_of<float>(reference::run(graph, testing::random_samples(graph, 1).inputs(0)).at(0));
}

void expect_folds(const ir::Graph& graph, std::size_t ops_left) {
  ir::Graph folded = graph;
  fold_batch_norm(folded);
  ir::verify(folded);
  EXPECT_EQ(folded.ops.size(), ops_left);
  EXPECT_EQ(folded.outputs, graph.outputs);
  EXPECT_THAT(output_of(folded), Pointwise(FloatNear(1e-4F), output_of(graph)));
}

TEST(FoldBatchNorm, TakesFactorOffsetAndActivationIntoAConvolution) {
  testing::FloatGraph g;
  ir::TensorId x = g.conv(g.input({1, 4, 4, 3}), 5, 3);
  x = g.op(ir::Mul{}, {x, g.noise({5})});
  x = g.op(ir::Add{}, {g.noise({1, 1, 1, 5}), x});
  x = g.op(ir::Sub{}, {x, g.noise({1})});
  expect_folds(g.finish(g.op(ir::Clamp{ir::Activation::relu6}, {x})), 1);
}

TEST(FoldBatchNorm, TakesThemIntoDepthwiseAndDenseLayersWithoutBias) {
  testing::FloatGraph g;
  const ir::TensorId in = g.input({1, 4, 4, 3});
  ir::TensorId x = g.op(ir::DepthwiseConv2D{}, {in, g.noise({1, 2, 2, 3}), ir::no_tensor});
  x = g.op(ir::Mul{}, {x, g.noise({3})});
  x = g.op(ir::Add{ir::Activation::relu}, {x, g.noise({3})});
  x = g.op(ir::Reshape{}, {x}, {1, 27});
  x = g.op(ir::FullyConnected{}, {x, g.noise({4, 27}), ir::no_tensor});
  expect_folds(g.finish(g.op(ir::Mul{}, {x, g.noise({4})})), 3);
}

TEST(FoldBatchNorm, LeavesValuesAloneThatAreReadElsewhere) {
  testing::FloatGraph g;
  const ir::TensorId x = g.conv(g.input({1, 4, 4, 3}), 3, 1);
  const ir::TensorId scaled = g.op(ir::Mul{}, {x, g.noise({3})});
  expect_folds(g.finish(g.op(ir::Add{}, {x, scaled})), 3);
}

TEST(FoldBatchNorm, LeavesWhatIsNotPerChannelAlone) {
  testing::FloatGraph g;
  ir::TensorId x = g.conv(g.input({1, 3, 3, 3}), 3, 1);
  x = g.op(ir::Mul{}, {x, g.noise({1, 3, 1, 1})});
  expect_folds(g.finish(x), 2);
  testing::FloatGraph after_activation;
  x = after_activation.conv(after_activation.input({1, 3, 3, 3}), 3, 1, ir::Activation::relu);
  expect_folds(after_activation.finish(after_activation.op(ir::Mul{}, {x, after_activation.noise({3})})), 2);
}

}  // namespace
}  // namespace thimble::quantize
