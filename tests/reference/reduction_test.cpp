// Pooling, mean and softmax.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "reference/single_op.h"

namespace thimble::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

ir::Pool2D pool_of(ir::PoolKind kind, int size, int stride, ir::Padding padding = {}) {
  return {kind, size, size, stride, stride, padding, ir::Activation::none};
}

TEST(AveragePool, DividesByThePixelsInsideTheImage) {
  const Operand input = int8s({1, 2, 2, 1}, {4, 8, 12, 16});
  const ir::Pool2D pool = pool_of(ir::PoolKind::average, 2, 1, {1, 1, 1, 1});
  EXPECT_THAT(int8_result(pool, {input}, int8_tensor({1, 3, 3, 1})), ElementsAre(4, 6, 8, 8, 10, 12, 12, 14, 16));
}

TEST(AveragePool, RoundsTiesAwayFromZero) {
  const Operand input = int8s({1, 2, 2, 3}, {1, -1, -3, 2, -2, -2, 1, -1, -2, 2, -2, -3});
  EXPECT_THAT(int8_result(pool_of(ir::PoolKind::average, 2, 2), {input}, int8_tensor({1, 1, 1, 3})),
              ElementsAre(2, -2, -3));  // 1.5, -1.5, -2.5
}

TEST(MaxPool, IgnoresPaddingEvenWhereAllValuesAreNegative) {
  const Operand input = int8s({1, 2, 2, 1}, {-4, -8, -12, -16});
  const ir::Pool2D pool = pool_of(ir::PoolKind::max, 2, 2, {0, 1, 0, 1});
  EXPECT_THAT(int8_result(pool_of(ir::PoolKind::max, 2, 1), {input}, int8_tensor({1, 1, 1, 1})), ElementsAre(-4));
  EXPECT_THAT(int8_result(pool, {input}, int8_tensor({1, 1, 1, 1})), ElementsAre(-4));
}

TEST(Pool, ComputesInFloat) {
  const Operand input = floats({1, 1, 4, 1}, {1.0F, 2.0F, -3.0F, 0.5F});
  ir::Pool2D pool = pool_of(ir::PoolKind::average, 1, 1);
  pool.filter_w = pool.stride_w = 2;
  EXPECT_THAT(result<float>(pool, {input}, float_tensor({1, 1, 2, 1})), ElementsAre(1.5F, -1.25F));
}

TEST(Mean, ReducesTheAxesAsked) {
  const Operand input = int8s({1, 2, 2, 2}, {1, 10, 3, 30, 5, 50, 7, 70});
  EXPECT_THAT(int8_result(ir::Mean{{1, 2}, false}, {input}, int8_tensor({1, 2})), ElementsAre(4, 40));
  EXPECT_THAT(int8_result(ir::Mean{{1}, true}, {input}, int8_tensor({1, 1, 2, 2})), ElementsAre(3, 30, 5, 50));
  EXPECT_THAT(int8_result(ir::Mean{{3}, false}, {input}, int8_tensor({1, 2, 2}, 0.5F, 1)),
              ElementsAre(12, 34, 56, 78));  // 5.5, 16.5, 27.5, 38.5
}

RC_GTEST_PROP(Mean, IsWithinOneStepOfTheRealMean, ()) {
  const int count = *rc::gen::inRange(1, 400);
  const auto values =
      *rc::gen::container<std::vector<std::int8_t>>(static_cast<std::size_t>(count), rc::gen::arbitrary<std::int8_t>());
  const float in_scale = 0.001F * static_cast<float>(*rc::gen::inRange(1, 1000));
  const float out_scale = 0.001F * static_cast<float>(*rc::gen::inRange(1, 1000));
  const int in_zero = *rc::gen::inRange(-128, 128);
  const int out_zero = *rc::gen::inRange(-128, 128);
  const int sum = std::accumulate(values.begin(), values.end(), 0);
  const double real = static_cast<double>(in_scale) * (static_cast<double>(sum) / count - in_zero);
  const double expected = std::clamp(real / static_cast<double>(out_scale) + out_zero, -128.0, 127.0);
  const std::vector<int> actual = int8_result(ir::Mean{{1}, false}, {int8s({1, count}, values, in_scale, in_zero)},
                                              int8_tensor({1}, out_scale, out_zero));
  RC_ASSERT(std::abs(actual.at(0) - expected) < 0.76);
}

TEST(Softmax, SharesEquallyAmongEqualInputs) {
  const ir::Tensor out = int8_tensor({1, 4}, 1.0F / 256, -128);
  EXPECT_THAT(int8_result(ir::Softmax{}, {int8s({1, 4}, {5, 5, 5, 5}, 0.1F)}, out), Each(64 - 128));
}

TEST(Softmax, GivesAThousandEqualClassesNothingEach) {
  const ir::Tensor out = int8_tensor({1, 1000}, 1.0F / 256, -128);
  EXPECT_THAT(int8_result(ir::Softmax{}, {int8s({1, 1000}, std::vector<std::int8_t>(1000, 7), 0.1F)}, out), Each(-128));
}

RC_GTEST_PROP(Softmax, IsWithinOneStepOfTheRealFunction, ()) {
  const int depth = *rc::gen::inRange(1, 30);
  const auto values =
      *rc::gen::container<std::vector<std::int8_t>>(static_cast<std::size_t>(depth), rc::gen::arbitrary<std::int8_t>());
  const float scale = 0.001F * static_cast<float>(*rc::gen::inRange(1, 1000));
  const std::vector<int> actual =
      int8_result(ir::Softmax{}, {int8s({1, depth}, values, scale)}, int8_tensor({1, depth}, 1.0F / 256, -128));
  double sum = 0.0;
  for (const std::int8_t value : values) sum += std::exp(static_cast<double>(scale) * value);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double share = std::exp(static_cast<double>(scale) * values[i]) / sum;
    RC_ASSERT(std::abs(actual[i] - std::min(256.0 * share - 128.0, 127.0)) < 0.52);
  }
}

TEST(Softmax, ScalesByBetaInFloat) {
  const std::vector<float> actual =
      result<float>(ir::Softmax{2.0F}, {floats({1, 2}, {0.0F, 0.5F * std::log(3.0F)})}, float_tensor({1, 2}));
  EXPECT_NEAR(actual[0], 0.25F, 1e-6F);
  EXPECT_NEAR(actual[1], 0.75F, 1e-6F);
}

}  // namespace
}  // namespace thimble::testing
