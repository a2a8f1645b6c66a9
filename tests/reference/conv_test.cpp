#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "ir/requantize.h"
#include "ir/shapes.h"
#include "reference/parameters.h"
#include "reference/single_op.h"

namespace thimble::testing {
namespace {

using ir::Activation;
using ::testing::ElementsAre;

TEST(Conv, RequantizesEachOutputChannelWithItsOwnScale) {
  // Real input (3, 5) * 0.5 from a zero point of 1; weights (2, 4) * 0.5 and (2, 4) * 0.25; real sums 6.5 and 3.25.
  const Operand input = int8s({1, 1, 1, 2}, {4, 6}, 0.5F, 1);
  const Operand kernel = weights({2, 1, 1, 2}, {2, 4, 2, 4}, {0.5F, 0.25F}, 0);
  const Operand bias = int32s({2}, {2, -8});  // In units of 0.25 and 0.125: real 0.5 and -1.
  EXPECT_THAT(int8_result(ir::Conv2D{}, {input, kernel, bias}, int8_tensor({1, 1, 1, 2}, 0.25F, -10)),
              ElementsAre(28 - 10, 9 - 10));  // (6.5 + 0.5) / 0.25 and (3.25 - 1) / 0.25
}

TEST(Conv, PadsWithTheInputsZeroPoint) {
  // A 3x3 box over ones: the sum counts the pixels that lie inside.
  const Operand input = int8s({1, 3, 3, 1}, std::vector<std::int8_t>(9, 6), 1.0F, 5);
  const Operand kernel = weights({1, 3, 3, 1}, std::vector<std::int8_t>(9, 1), {1.0F}, 0);
  const ir::Conv2D conv{1, 1, 1, 1, {1, 1, 1, 1}, Activation::none};
  EXPECT_THAT(int8_result(conv, {input, kernel, int32s({1}, {0})}, int8_tensor({1, 3, 3, 1})),
              ElementsAre(4, 6, 4, 6, 9, 6, 4, 6, 4));
}

TEST(Conv, StridesAndDilates) {
  const Operand input = floats({1, 1, 7, 1}, {1, 2, 4, 8, 16, 32, 64});
  const Operand kernel = floats({1, 1, 2, 1}, {1, 100});
  ir::Conv2D conv;
  conv.stride_w = 2;
  conv.dilation_w = 3;
  EXPECT_THAT(result<float>(conv, {input, kernel, floats({1}, {0.5F})}, float_tensor({1, 1, 2, 1})),
              ElementsAre(801.5F, 3204.5F));
}

TEST(Conv, ClampsToTheActivationInTheOutputsQuantization) {
  const Operand input = int8s({1, 1, 3, 1}, {-50, 20, 100}, 0.1F, 0);
  const Operand kernel = weights({1, 1, 1, 1}, {1}, {1.0F}, 0);
  const ir::Conv2D conv{1, 1, 1, 1, {}, Activation::relu6};
  EXPECT_THAT(int8_result(conv, {input, kernel, int32s({1}, {0})}, int8_tensor({1, 1, 3, 1}, 0.1F, 3)),
              ElementsAre(3, 23, 63));
}

TEST(Conv, MultipliesByANegativeScale) {
  const Operand input = int8s({1, 1, 1, 1}, {10});
  const Operand kernel = weights({1, 1, 1, 1}, {3}, {-1.0F}, 0);
  EXPECT_THAT(int8_result(ir::Conv2D{}, {input, kernel, int32s({1}, {0})}, int8_tensor({1, 1, 1, 1})),
              ElementsAre(-30));
}

TEST(DepthwiseConv, ReadsInputChannelOfOutputChannelOverMultiplier) {
  const Operand input = int8s({1, 1, 2, 2}, {1, 2, 3, 4});
  const Operand kernel = weights({1, 1, 1, 4}, {1, 10, 1, 10}, {1.0F, 1.0F, 1.0F, 2.0F}, 3);
  ir::DepthwiseConv2D conv;
  conv.multiplier = 2;
  EXPECT_THAT(int8_result(conv, {input, kernel, int32s({4}, {0, 0, 0, 0})}, int8_tensor({1, 1, 2, 4})),
              ElementsAre(1, 10, 2, 40, 3, 30, 4, 80));
}

TEST(FullyConnected, SubtractsTheZeroPointsOfInputAndWeights) {
  const Operand input = int8s({2, 2}, {3, 4, 1, 1}, 1.0F, 1);
  const Operand kernel = int8s({1, 2}, {7, 12}, 1.0F, 2);
  EXPECT_THAT(int8_result(ir::FullyConnected{}, {input, kernel, int32s({1}, {-20})}, int8_tensor({2, 1})),
              ElementsAre(2 * 5 + 3 * 10 - 20, -20));
}

/// The sum that the definition of a convolution asks for, without a shortcut.
int defined_sum(const ir::Conv2D& conv, const ir::Shape& in, const ir::Shape& kernel, const std::vector<std::int8_t>& x,
                const std::vector<std::int8_t>& w, int zero_point, int out_y, int out_x, int o) {
  int sum = 0;
  for (int ky = 0; ky < kernel[1]; ++ky) {
    for (int kx = 0; kx < kernel[2]; ++kx) {
      const int y = out_y * conv.stride_h + ky * conv.dilation_h - conv.padding.top;
      const int column = out_x * conv.stride_w + kx * conv.dilation_w - conv.padding.left;
      if (y < 0 || y >= in[1] || column < 0 || column >= in[2]) continue;
      for (int c = 0; c < in[3]; ++c) {
        const int weight = w[static_cast<std::size_t>(((o * kernel[1] + ky) * kernel[2] + kx) * kernel[3] + c)];
        sum += (x[static_cast<std::size_t>((y * in[2] + column) * in[3] + c)] - zero_point) * weight;
      }
    }
  }
  return sum;
}

RC_GTEST_PROP(Conv, EqualsItsDefinitionForAnyGeometry, ()) {
  const auto between = [](int low, int high) { return *rc::gen::inRange(low, high + 1); };
  const ir::Shape kernel{between(1, 5), between(1, 3), between(1, 3), between(1, 9)};
  const ir::Conv2D conv{between(1, 2),
                        between(1, 3),
                        between(1, 2),
                        between(1, 2),
                        {between(0, 2), between(0, 2), between(0, 2), between(0, 2)},
                        Activation::none};
  const ir::Shape in{1, between(5, 7), between(5, 7), kernel[3]};
  const auto elements = [](const ir::Shape& shape) { return static_cast<std::size_t>(ir::elements_of(shape)); };
  const auto x = *rc::gen::container<std::vector<std::int8_t>>(elements(in), rc::gen::arbitrary<std::int8_t>());
  const auto w = *rc::gen::container<std::vector<std::int8_t>>(elements(kernel), rc::gen::arbitrary<std::int8_t>());
  const int zero_point = between(-128, 127);
  const Operand input = int8s(in, x, 0.02F, zero_point);
  const Operand filter = int8s(kernel, w, 0.01F);
  const Operand bias = int32s({kernel[0]}, std::vector<std::int32_t>(static_cast<std::size_t>(kernel[0]), 7));

  ir::Graph graph = single_op_graph(conv, {input, filter, bias}, int8_tensor({}, 0.1F, 2));
  const ir::Shape out = ir::output_shapes(graph, graph.ops[0]).at(0);
  const ir::FixedPointFactor factor = reference::channel_factors(graph, graph.ops[0]).at(0);
  std::vector<int> expected;
  for (int y = 0; y < out[1]; ++y) {
    for (int column = 0; column < out[2]; ++column) {
      for (int o = 0; o < out[3]; ++o) {
        const int sum = 7 + defined_sum(conv, in, kernel, x, w, zero_point, y, column, o);
        expected.push_back(std::clamp(ir::requantize(sum, factor) + 2, -128, 127));
      }
    }
  }
  RC_ASSERT(int8_result(conv, {input, filter, bias}, int8_tensor(out, 0.1F, 2)) == expected);
}

}  // namespace
}  // namespace thimble::testing
