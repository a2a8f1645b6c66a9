#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "reference/single_op.h"

namespace thimble::testing {
namespace {

using ir::Activation;
using ::testing::ElementsAre;

TEST(Add, AddsRealValuesOfDifferentScales) {
  const Operand a = int8s({1, 2}, {10, -20}, 0.5F, 0);  // 5, -10
  const Operand b = int8s({1, 2}, {7, 127}, 0.25F, 3);  // 1, 31
  EXPECT_THAT(int8_result(ir::Add{}, {a, b}, int8_tensor({1, 2}, 0.5F, -1)), ElementsAre(12 - 1, 42 - 1));
}

TEST(Sub, SubtractsTheSecondInputAndSaturates) {
  const Operand a = int8s({3}, {10, -100, 5});
  const Operand b = int8s({3}, {30, 100, 5});
  EXPECT_THAT(int8_result(ir::Sub{}, {a, b}, int8_tensor({3})), ElementsAre(-20, -128, 0));
}

TEST(Mul, BroadcastsEitherInputAsNumPyDoes) {
  const Operand column = int8s({1, 2, 1, 1}, {2, 3});
  const Operand row = int8s({3}, {1, 10, -4});
  EXPECT_THAT(int8_result(ir::Mul{}, {column, row}, int8_tensor({1, 2, 1, 3})), ElementsAre(2, 20, -8, 3, 30, -12));
  EXPECT_THAT(int8_result(ir::Mul{}, {row, column}, int8_tensor({1, 2, 1, 3})), ElementsAre(2, 20, -8, 3, 30, -12));
}

TEST(Elementwise, ClampsFloatSumsToTheActivation) {
  const Operand a = floats({3}, {-2.0F, 3.0F, 5.0F});
  const Operand b = floats({3}, {1.0F, 1.5F, 4.0F});
  EXPECT_THAT(result<float>(ir::Add{Activation::relu6}, {a, b}, float_tensor({3})), ElementsAre(0.0F, 4.5F, 6.0F));
}

RC_GTEST_PROP(Elementwise, IsWithinOneStepOfTheRealSumDifferenceAndProduct, (std::int8_t a, std::int8_t b)) {
  const auto scale = [] { return 0.001F * static_cast<float>(*rc::gen::inRange(1, 2000)); };
  const auto zero_point = [] { return *rc::gen::inRange(-128, 128); };
  const Operand first = int8s({1}, {a}, scale(), zero_point());
  const Operand second = int8s({1}, {b}, scale(), zero_point());
  const auto real = [](const Operand& operand, std::int8_t value) {
    return static_cast<double>(operand.tensor.scale()) * (value - operand.tensor.zero_point());
  };
  const double x = real(first, a);
  const double y = real(second, b);
  // The output scale keeps every factor of a sum below one, which TensorFlow Lite asks for. Rounding twice may be off
  // by more than half a step: by up to 3/4.
  const ir::Tensor out = int8_tensor({1}, 4.0F, zero_point());
  const auto expected = [&](double value) {
    return std::clamp(value / static_cast<double>(out.scale()) + out.zero_point(), -128.0, 127.0);
  };
  RC_ASSERT(std::abs(int8_result(ir::Add{}, {first, second}, out)[0] - expected(x + y)) < 0.76);
  RC_ASSERT(std::abs(int8_result(ir::Sub{}, {first, second}, out)[0] - expected(x - y)) < 0.76);
  RC_ASSERT(std::abs(int8_result(ir::Mul{}, {first, second}, out)[0] - expected(x * y)) < 0.76);
}

TEST(Clamp, RequantizesAndKeepsTheActivationsRange) {
  const Operand input = int8s({4}, {-10, 0, 20, 100}, 0.1F, 0);  // -1, 0, 2, 10
  EXPECT_THAT(int8_result(ir::Clamp{Activation::relu6}, {input}, int8_tensor({4}, 0.05F, -100)),
              ElementsAre(-100, -100, -60, 20));
  EXPECT_THAT(int8_result(ir::Clamp{Activation::relu_n1_to_1}, {input}, int8_tensor({4}, 0.1F, 0)),
              ElementsAre(-10, 0, 10, 10));
}

TEST(Sigmoid, IsWithinOneStepOfTheRealFunctionForEveryInput) {
  for (const float scale : {0.5F, 0.1F, 0.03F, 0.002F}) {
    for (const int zero_point : {-128, 0, 50}) {
      std::vector<std::int8_t> all(256);
      for (int i = 0; i < 256; ++i) all[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(i - 128);
      const std::vector<int> actual =
          int8_result(ir::Sigmoid{}, {int8s({256}, all, scale, zero_point)}, int8_tensor({256}, 1.0F / 256, -128));
      for (int i = 0; i < 256; ++i) {
        const double x = static_cast<double>(scale) * (i - 128 - zero_point);
        const double expected = std::min(256.0 / (1.0 + std::exp(-x)) - 128.0, 127.0);
        EXPECT_NEAR(actual[static_cast<std::size_t>(i)], expected, 0.51) << "scale " << scale << ", x " << x;
      }
    }
  }
}

TEST(Sigmoid, SaturatesWhereTheInputsScaleIsHuge) {
  EXPECT_THAT(int8_result(ir::Sigmoid{}, {int8s({3}, {-1, 0, 1}, 20.0F)}, int8_tensor({3}, 1.0F / 256, -128)),
              ElementsAre(-128, -128, 127));
}

}  // namespace
}  // namespace thimble::testing
