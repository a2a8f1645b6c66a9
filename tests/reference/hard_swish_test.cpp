#include "reference/hard_swish.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crc32.h"
#include "base/error.h"
#include "reference/single_op.h"

namespace thimble::testing {
namespace {

using ::testing::ElementsAre;

std::vector<std::int8_t> all_int8() {
  std::vector<std::int8_t> all(256);
  for (int i = 0; i < 256; ++i) all[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(i - 128);
  return all;
}

std::vector<int> table(float in_scale, int in_zero_point, float out_scale, int out_zero_point) {
  return int8_result(ir::HardSwish{}, {int8s({256}, all_int8(), in_scale, in_zero_point)},
                     int8_tensor({256}, out_scale, out_zero_point));
}

/// Calls `check(in_scale, in_zero_point, out_scale, out_zero_point)` for fine and coarse steps on either side.
template <typename Check>
void for_many_scales(const Check& check) {
  for (const float in_scale : {0.5F, 0.1F, 0.0235294F, 0.007F, 0.0004F})
    for (const float ratio : {0.02F, 0.3F, 1.0F, 1.7F, 8.0F})
      for (const int in_zero_point : {-128, -37, 0, 90})
        for (const int out_zero_point : {-128, -37, 0, 90})
          check(in_scale, in_zero_point, in_scale * ratio, out_zero_point);
}

TEST(HardSwish, IsTheInputAboveThreeAndNothingBelowMinusThree) {
  // 1 is in steps of 0.1 the gate 21845 of 32768 times 10 steps: 6.66.
  EXPECT_THAT(int8_result(ir::HardSwish{}, {int8s({6}, {-100, -30, 0, 10, 30, 100}, 0.1F)}, int8_tensor({6}, 0.1F, 5)),
              ElementsAre(5, 5, 5, 5 + 7, 5 + 30, 5 + 100));
  EXPECT_THAT(result<float>(ir::HardSwish{}, {floats({5}, {-4.0F, -1.5F, 0.0F, 1.0F, 7.0F})}, float_tensor({5})),
              ElementsAre(0.0F, -0.375F, 0.0F, 4.0F / 6.0F, 7.0F));
}

TEST(HardSwish, IsAboutHalfAStepFromTheRealFunction) {
  for_many_scales([](float in_scale, int in_zero_point, float out_scale, int out_zero_point) {
    const std::vector<int> actual = table(in_scale, in_zero_point, out_scale, out_zero_point);
    // 16 bits hold a step of the input to 1/128 and 1/32768 of the gate.
    const double tolerance = 0.5 + 0.002 * std::max(1.0F, in_scale / out_scale);
    for (int i = 0; i < 256; ++i) {
      const double x = static_cast<double>(in_scale) * (i - 128 - in_zero_point);
      const double y = x * std::clamp(x + 3, 0.0, 6.0) / 6;
      const double expected = std::clamp(y / static_cast<double>(out_scale) + out_zero_point, -128.0, 127.0);
      EXPECT_NEAR(actual[static_cast<std::size_t>(i)], expected, tolerance) << x << " in steps of " << in_scale;
    }
  });
}

/// The checksum is that of the values that TensorFlow Lite's reference kernel gives.
TEST(HardSwish, IsTensorFlowLitesBitForBit) {
  std::vector<std::byte> bytes;
  for_many_scales([&](float in_scale, int in_zero_point, float out_scale, int out_zero_point) {
    for (const int value : table(in_scale, in_zero_point, out_scale, out_zero_point))
      bytes.push_back(static_cast<std::byte>(value));
  });
  EXPECT_EQ(crc32(bytes), 0xA7C564B9U);
}

TEST(HardSwish, RefusesAnOutputThatIsTooFineForSixteenBits) {
  EXPECT_NO_THROW(table(1.0F, 0, 1.0F / 127, 0));
  EXPECT_THROW(table(1.0F, 0, 1.0F / 128, 0), Error);
}

}  // namespace
}  // namespace thimble::testing
