#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "reference/single_op.h"

namespace thimble::testing {
namespace {

using ir::DataType;
using ::testing::ElementsAre;

TEST(Quantize, RoundsTiesAwayFromZeroAndSaturates) {
  const Operand input = floats({6}, {0.25F, -0.25F, 0.75F, 1e30F, -1e30F, 10.0F});
  EXPECT_THAT(int8_result(ir::Quantize{}, {input}, int8_tensor({6}, 0.5F, 3)), ElementsAre(4, 2, 5, 127, -128, 23));
}

TEST(Quantize, MakesNanTheLeastValue) {
  const Operand input = floats({1}, {std::numeric_limits<float>::quiet_NaN()});
  EXPECT_THAT(int8_result(ir::Quantize{}, {input}, int8_tensor({1})), ElementsAre(-128));
}

TEST(Quantize, ShiftsBetweenUnsignedAndSignedOfOneScale) {
  const Operand input{quantized_tensor(DataType::uint8, {4}, 0.3F, 128),
                      bytes(std::vector<std::uint8_t>{0, 127, 128, 255})};
  EXPECT_THAT(int8_result(ir::Quantize{}, {input}, int8_tensor({4}, 0.3F, 0)), ElementsAre(-128, -1, 0, 127));
}

TEST(Quantize, RequantizesToAnotherScaleAndType) {
  const Operand input = int8s({3}, {-100, 0, 50}, 0.5F, 0);
  EXPECT_THAT(int8_result(ir::Quantize{}, {input}, int8_tensor({3}, 1.0F, 10)), ElementsAre(-40, 10, 35));
  EXPECT_THAT(result<std::int16_t>(ir::Quantize{}, {input}, quantized_tensor(DataType::int16, {3}, 0.001953125F, 0)),
              ElementsAre(-25600, 0, 12800));
  EXPECT_THAT(result<std::uint8_t>(ir::Quantize{}, {input}, quantized_tensor(DataType::uint8, {3}, 0.25F, 128)),
              ElementsAre(0, 128, 228));
}

TEST(Dequantize, IsScaleTimesDistanceFromTheZeroPoint) {
  EXPECT_THAT(result<float>(ir::Dequantize{}, {int8s({3}, {-128, 4, 127}, 0.25F, 4)}, float_tensor({3})),
              ElementsAre(-33.0F, 0.0F, 30.75F));
}

RC_GTEST_PROP(Quantize, UndoesDequantize, (std::int8_t value)) {
  const float scale = 0.0001F * static_cast<float>(*rc::gen::inRange(1, 100000));
  const int zero_point = *rc::gen::inRange(-128, 128);
  const std::vector<float> real =
      result<float>(ir::Dequantize{}, {int8s({1}, {value}, scale, zero_point)}, float_tensor({1}));
  RC_ASSERT(int8_result(ir::Quantize{}, {floats({1}, real)}, int8_tensor({1}, scale, zero_point)).at(0) == value);
}

}  // namespace
}  // namespace thimble::testing
