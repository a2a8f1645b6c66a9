#include "quantize/affine.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "float_graphs.h"
#include "quantize/layer_constants.h"

namespace thimble::quantize {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Reals of all magnitudes that occur in networks, and beyond.
rc::Gen<float> reals() {
  return rc::gen::map(rc::gen::pair(rc::gen::inRange(-1000, 1001), rc::gen::inRange(-6, 5)), [](std::pair<int, int> p) {
    return static_cast<float>(p.first) / 1000.0F * std::pow(10.0F, static_cast<float>(p.second));
  });
}

TEST(Affine, RepresentsZeroExactlyAndRoundsByAtMostHalfAStep) {
  EXPECT_TRUE(rc::check([] {
    const float a = *reals();
    const float b = *reals();
    const Range range{.min = std::min(a, b), .max = std::max(a, b)};
    const Affine affine = int8_affine(range);
    RC_ASSERT(affine.zero_point >= -128);
    RC_ASSERT(affine.zero_point <= 127);
    RC_ASSERT(dequantized(quantized(0.0F, affine), affine) == 0.0F);
    const float share = static_cast<float>(*rc::gen::inRange(0, 1001)) / 1000.0F;
    const float real = range.min + share * (range.max - range.min);
    // Rounding the zero point to an integer moves the range's ends by up to half a step themselves.
    const bool inside = real >= dequantized(-128, affine) && real <= dequantized(127, affine);
    const float error = std::abs(dequantized(quantized(real, affine), affine) - real);
    RC_ASSERT(error <= affine.scale * (inside ? 0.5001F : 1.0001F));
  }));
}

TEST(Affine, FollowsTheSpecificationOnPlainCases) {
  EXPECT_EQ(int8_affine({.min = 0, .max = 255}), (Affine{.scale = 1, .zero_point = -128}));
  EXPECT_EQ(int8_affine({.min = -128, .max = 127}), (Affine{.scale = 1, .zero_point = 0}));
  // Widened to hold zero.
  EXPECT_EQ(int8_affine({.min = 100, .max = 255}), (Affine{.scale = 1, .zero_point = -128}));
  EXPECT_EQ(int8_affine({.min = -255, .max = -3}), (Affine{.scale = 1, .zero_point = 127}));
  EXPECT_EQ(int8_affine({.min = 0, .max = 0}), Affine{});
  EXPECT_EQ(int8_affine({.min = 0, .max = 1e-44F}), Affine{});
  EXPECT_THAT(testing::message_of([] { int8_affine({.min = 0, .max = std::numeric_limits<float>::infinity()}); }),
              HasSubstr("cannot be quantized"));
  EXPECT_THAT(testing::message_of([] { int8_affine({.min = 1, .max = -1}); }), HasSubstr("cannot be quantized"));
}

TEST(LayerConstants, AreSymmetricPerChannelWithBiasInInputTimesWeightScale) {
  EXPECT_TRUE(rc::check([] {
    const auto channels = *rc::gen::inRange<std::size_t>(1, 6);
    const auto stride = *rc::gen::inRange<std::size_t>(1, 6);
    const auto weights = *rc::gen::container<std::vector<float>>(channels * stride, reals());
    const auto bias = *rc::gen::container<std::vector<float>>(channels, reals());
    const float input_scale = std::abs(*reals()) + 1e-6F;
    const bool per_channel = *rc::gen::arbitrary<bool>();
    const ChannelLayout layout{.channels = channels, .stride = stride};
    const QuantizedConstants q = quantize_constants(weights, layout, bias, input_scale, per_channel);
    RC_ASSERT(q.weight_scale.size() == (per_channel ? channels : 1));
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const float scale = q.weight_scale[per_channel ? layout.channel_of(i) : 0];
      RC_ASSERT(q.weights[i] >= -127);
      RC_ASSERT(std::abs(scale * static_cast<float>(q.weights[i]) - weights[i]) <= 0.5001F * scale);
    }
    for (std::size_t c = 0; c < channels; ++c) {
      const std::size_t s = per_channel ? c : 0;
      RC_ASSERT(q.bias_scale[s] == input_scale * q.weight_scale[s]);
      RC_ASSERT(std::abs(static_cast<double>(q.bias[c])) <= (1 << 30) * 1.0001);
      const double step = static_cast<double>(input_scale) * static_cast<double>(q.weight_scale[s]);
      RC_ASSERT(std::abs(q.bias[c] * step - static_cast<double>(bias[c])) <= 0.5001 * step);
    }
  }));
}

TEST(LayerConstants, GiveAChannelOfZerosAScaleAllTheSame) {
  const std::vector<float> weights{0, 0, 127, -1};
  const QuantizedConstants q =
      quantize_constants(weights, {.channels = 2, .stride = 2}, std::vector<float>{3, 4}, 0.5F, true);
  EXPECT_THAT(q.weight_scale, ElementsAre(1, 1));
  EXPECT_THAT(q.weights, ElementsAre(0, 0, 127, -1));
  EXPECT_THAT(q.bias, ElementsAre(6, 8));
  const QuantizedConstants zeros = quantize_constants(std::vector<float>(4), {.channels = 2, .stride = 2}, {}, 1, true);
  EXPECT_THAT(zeros.weight_scale, Each(1.0F));
}

TEST(LayerConstants, KeepAHugeBiasBesideTinyWeightsFromOverflowing) {
  const std::vector<float> weights{1e-12F, 1.0F};
  const QuantizedConstants q =
      quantize_constants(weights, {.channels = 2, .stride = 1}, std::vector<float>{50, 50}, 0.1F, true);
  EXPECT_GT(q.bias[0], 1'000'000'000);
  EXPECT_LE(q.bias[0], 1 << 30);
  EXPECT_NEAR(q.bias[0] * static_cast<double>(q.bias_scale[0]), 50, 1e-3);
  EXPECT_NEAR(q.weight_scale[1], 1 / 127.0, 1e-9);
}

TEST(LayerConstants, InterleavedChannelsAreThoseOfDepthwiseWeights) {
  const std::vector<float> weights{1, 10, 2, 20};
  const QuantizedConstants q = quantize_constants(weights, {.channels = 2, .stride = 1}, {}, 1, true);
  EXPECT_THAT(q.weights, ElementsAre(64, 64, 127, 127));
}

}  // namespace
}  // namespace thimble::quantize
