// The kernels' fixed-point arithmetic against ir/requantize.h, and the ends' float arithmetic against its definition.
#include "generic/requantize.h"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "dsp/outputs.h"
#include "generic/quantize.h"
#include "ir/requantize.h"
#include "single_op.h"
#include "target/conv_channels.h"

namespace thimble {

namespace {

constexpr auto lowest = std::numeric_limits<std::int32_t>::min();
constexpr auto highest = std::numeric_limits<std::int32_t>::max();

TEST(Requantize, EqualsTheDefinitionForAnyAccumulatorAndFactor) {
  std::mt19937 random(1);
  std::uniform_int_distribution<std::int32_t> any_acc(lowest, highest);
  std::uniform_int_distribution<std::int32_t> any_multiplier(1 << 30, highest);
  std::uniform_int_distribution<int> any_shift(-31, 8);
  for (int i = 0; i < 2'000'000; ++i) {
    const std::int32_t acc = any_acc(random) >> (i % 31);
    const ir::FixedPointFactor factor{any_multiplier(random), any_shift(random)};
    ASSERT_EQ(thimble_requantize(acc, factor.multiplier, factor.shift),
              ir::requantize(acc, factor, testing::kernels_rounding))
        << acc << " by " << factor.multiplier << " and " << factor.shift;
  }
  EXPECT_EQ(thimble_requantize(lowest, highest, 0), ir::requantize(lowest, {highest, 0}, testing::kernels_rounding));
  EXPECT_EQ(thimble_requantize(highest, 1 << 30, -31),
            ir::requantize(highest, {1 << 30, -31}, testing::kernels_rounding));
}

std::int8_t fast_output(std::int32_t acc, ir::FixedPointFactor factor, std::int32_t zero_point) {
  const target::ConvChannel of_factor{{}, 0, factor, 0, 0, testing::kernels_rounding};
  const auto scales = of_factor.scales();
  const std::int32_t bias = THIMBLE_PACKED_CHANNELS ? of_factor.packed_bias() : 0;
  thimble_conv p{};
  p.scales = scales.data();
  p.out_zero_point = static_cast<std::int16_t>(zero_point);
  p.bias = &bias;
  const thimble_channel channel = thimble_channel_of(&p, 0);
  return thimble_output(&channel, acc);
}

std::int8_t defined_output(std::int32_t acc, ir::FixedPointFactor factor, std::int32_t zero_point) {
  return static_cast<std::int8_t>(
      std::clamp(ir::requantize(acc, factor, testing::kernels_rounding) + zero_point, -128, 127));
}

TEST(ShortRequantize, EqualsTheDefinitionInTheRangeItStates) {
  std::mt19937 random(2);
  std::uniform_int_distribution<std::int32_t> any_multiplier(1 << 30, highest);
  std::uniform_int_distribution<int> any_zero_point(-128, 127);
  for (int shift = -22; shift <= -2; ++shift) {
    const std::int32_t bound = (1 << (shift < -12 ? 32 + shift : 30)) - 1;
    std::uniform_int_distribution<std::int32_t> any_acc(-bound, bound);
    for (int i = 0; i < 100'000; ++i) {
      const ir::FixedPointFactor factor{i % 8 == 0 ? 1 << 30 : any_multiplier(random), shift};
      const std::int32_t acc = any_acc(random) >> (i % 30);
      const int zero_point = any_zero_point(random);
      ASSERT_EQ(fast_output(acc, factor, zero_point), defined_output(acc, factor, zero_point))
          << acc << " by " << factor.multiplier << " and " << shift;
    }
    for (const std::int32_t acc : {-bound, bound, 0, -1, 1}) {
      for (const int zero_point : {-128, 127}) {
        ASSERT_EQ(fast_output(acc, {highest, shift}, zero_point), defined_output(acc, {highest, shift}, zero_point));
      }
    }
  }
}

TEST(ShortRequantize, RoundsEveryTieAsTheDefinitionDoes) {
  for (int shift = 2; shift <= 12; ++shift) {
    const std::int32_t half = 1 << shift;  // multiplier 1/2: acc = half is x = 2^(shift-1), a tie.
    for (std::int32_t k = -300; k <= 300; ++k) {
      for (int nudge = -3; nudge <= 3; ++nudge) {
        const std::int32_t acc = k * half + nudge;
        ASSERT_EQ(fast_output(acc, {1 << 30, -shift}, 3), defined_output(acc, {1 << 30, -shift}, 3)) << acc;
      }
    }
  }
}

TEST(QuantizeEnds, RoundHalfAwayFromZeroAndClamp) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> any(-40, 40);
  const float scale = 0.0471F;
  for (int i = 0; i < 200'000; ++i) {
    const float x = i % 4 == 0 ? static_cast<float>(i % 500 - 250) * scale / 2 : any(random);
    std::int8_t q = 0;
    thimble_quantize_s8(&x, &q, 1, scale, -7);
    ASSERT_EQ(q, std::clamp(static_cast<int>(std::round(x / scale)) - 7, -128, 127)) << x;
    std::uint8_t u = 0;
    thimble_quantize_u8(&x, &u, 1, scale, 130);
    ASSERT_EQ(u, std::clamp(static_cast<int>(std::round(x / scale)) + 130, 0, 255)) << x;
    float back = 0;
    thimble_dequantize_s8(&q, &back, 1, scale, -7);
    ASSERT_EQ(back, static_cast<float>(static_cast<double>(scale) * (q + 7)));
  }
  const float extremes[] = {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN(), 3e38F};
  std::int8_t q[4];
  thimble_quantize_s8(extremes, q, 4, scale, 0);
  EXPECT_EQ(q[0], 127);
  EXPECT_EQ(q[1], -128);
  EXPECT_EQ(q[2], -128);
  EXPECT_EQ(q[3], 127);
}

}  // namespace

}  // namespace thimble
