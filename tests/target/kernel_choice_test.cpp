#include "target/kernel_choice.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "kernels/single_op.h"
#include "target/conv_channels.h"
#include "target/kernel_variants.h"
#include "target/weight_layout.h"

namespace thimble {

namespace {

using target::choose_kernel;
using target::KernelChoice;
using testing::ConvCase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Random;
using testing::SingleOp;

const std::filesystem::path kernels_folder = std::filesystem::path(THIMBLE_SOURCE_DIR) / "kernels";

std::string text_of(const std::filesystem::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

target::Core core_with(bool dsp) {
  target::Core core;
  core.dsp = dsp;
  return core;
}

KernelChoice choose(const SingleOp& single, bool dsp = true) {
  return choose_kernel(single.graph, single.op(), core_with(dsp));
}

/// The message of the Error that refuses an operator; empty if it is not refused.
std::string refusal(const SingleOp& single) {
  try {
    choose(single);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

SingleOp some_conv(const ConvCase& c = {}) {
  Random random(1);
  return testing::conv_op(random, c);
}

/// Two activations of these shapes into one operator.
SingleOp some_binary(ir::Operator kind, const ir::Shape& a, const ir::Shape& b) {
  Random random(2);
  SingleOp single;
  testing::add_activation(single, random, a, 0.5F, 3);
  testing::add_activation(single, random, b, 0.25F, -4);
  testing::add_op(single, std::move(kind), {0, 1}, 0.5F, 1);
  return single;
}

SingleOp some_unary(ir::Operator kind, float scale, int zero_point) {
  Random random(3);
  SingleOp single;
  testing::add_activation(single, random, {1, 4, 4, 8}, 0.5F, 3);
  testing::add_op(single, std::move(kind), {0}, scale, zero_point);
  return single;
}

TEST(AllKernels, AreInHeadersOfTheirNamesWithTheirDrivers) {
  for (const auto& variant : target::all_kernels()) {
    const std::string name(variant.name);
    EXPECT_THAT(text_of(kernels_folder / variant.folder / (name + ".h")), HasSubstr("void " + name + "(")) << name;
    const std::string driver(variant.driver);
    const std::string header = driver.substr(std::string("thimble_").size()) + ".h";
    EXPECT_THAT(text_of(kernels_folder / "generic" / header), HasSubstr("void " + driver + "(")) << name;
  }
}

TEST(AllKernels, AreDocumented) {
  const std::string readme = text_of(kernels_folder / "README.md");
  for (const auto& variant : target::all_kernels()) {
    EXPECT_THAT(readme, HasSubstr(fmt::format("`{}`", variant.name)));
    if (!variant.weight_layout.empty()) {
      EXPECT_THAT(readme, HasSubstr(fmt::format("`{}`", variant.weight_layout)));
    }
  }
}

TEST(KernelChoice, UsesPortableKernelsWhereTheCoreHasNoSimdOrItIsSwitchedOff) {
  const SingleOp conv = some_conv();
  EXPECT_EQ(choose(conv, true).folder, "dsp");
  EXPECT_EQ(choose(conv, false).folder, "generic");
  EXPECT_EQ(choose_kernel(conv.graph, conv.op(), core_with(true), {.dsp = false}).folder, "generic");
}

TEST(KernelChoice, ScratchHoldsARowOfZeroPointsOnlyWherePaddingNeedsIt) {
  ConvCase c;
  EXPECT_EQ(choose(some_conv(c), false).scratch_bytes, 0);
  c.padding = {0, 0, 1, 1};
  EXPECT_EQ(choose(some_conv(c), false).scratch_bytes, 0);  // Kernels see columns outside by themselves.
  c.padding = {1, 0, 0, 0};
  EXPECT_EQ(choose(some_conv(c), false).scratch_bytes, c.in_w * c.in_ch);
  c.in_ch = 3;
  EXPECT_EQ(choose(some_conv(c), false).scratch_bytes, 16);  // 15, and the kernel's own is aligned.
}

TEST(KernelChoice, AllowsInPlaceWhereElementsDependOnOneElement) {
  EXPECT_TRUE(choose(some_binary(ir::Add{}, {1, 4, 4, 8}, {1, 4, 4, 8})).in_place);
  EXPECT_TRUE(choose(some_binary(ir::Mul{}, {1, 4, 4, 8}, {1, 1, 1, 8})).in_place);
  EXPECT_FALSE(choose(some_binary(ir::Mul{}, {1, 1, 1, 8}, {1, 4, 4, 8})).in_place);
  EXPECT_TRUE(choose(some_unary(ir::Sigmoid{}, 1.0F / 256, -128)).in_place);
  EXPECT_FALSE(choose(some_conv()).in_place);
}

TEST(KernelChoice, KeepsTheSimdKernelWhereAFactorIsTooLarge) {
  SingleOp conv = some_conv();
  conv.graph.tensor(conv.op().inputs[1]).quantization->scale[2] = 1e4F;
  EXPECT_EQ(choose(conv).kernel, "s8_conv_4x2_dsp");
  auto channels = target::conv_channels(conv.graph, conv.op());
  const auto outliers = target::take_outliers(channels);
  ASSERT_EQ(outliers.size(), 1U);
  EXPECT_EQ(outliers[0].channel, 2);
  EXPECT_TRUE(channels[2].requantizes_fast());
}

TEST(KernelCandidates, OfferWideWeightsAfterTheDefault) {
  const SingleOp conv = some_conv();
  const auto candidates = target::kernel_candidates(conv.graph, conv.op(), core_with(true));
  ASSERT_EQ(candidates.size(), 2U);
  EXPECT_EQ(candidates[1].kernel, "s8w16_conv_4x2_dsp");
  EXPECT_EQ(candidates[1].weight_bytes, 2 * candidates[0].weight_bytes);
}

TEST(PackedBytes, AreThoseThatPackingGives) {
  const SingleOp conv = some_conv();
  const auto channels = target::conv_channels(conv.graph, conv.op());
  const auto depth = static_cast<int>(channels[0].weights.size());
  for (const auto& variant : target::all_kernels()) {
    if (variant.weight_layout.empty()) continue;
    const auto elements = static_cast<std::int64_t>(target::pack_weights(variant.weight_layout, channels).size());
    EXPECT_EQ(target::packed_bytes(variant.weight_layout, static_cast<int>(channels.size()), depth),
              elements * (target::is_wide(variant.weight_layout) ? 2 : 1))
        << variant.weight_layout;
  }
}

TEST(KernelChoice, RefusesWhatNoKernelRunsNamingTheLayer) {
  SingleOp conv = some_conv();
  conv.graph.tensor(conv.op().inputs[1]).quantization->zero_point[0] = 5;
  EXPECT_EQ(
      refusal(conv),
      "single_op: conv_2d \"output\": weights with a zero point other than 0 are not supported (symmetric ones are)");

  conv = some_conv();
  conv.graph.tensor(conv.op().inputs[0]).type = ir::DataType::uint8;
  EXPECT_THAT(refusal(conv), HasSubstr("\"output\": uint8 is not supported (int8 is)"));

  ConvCase tall;
  tall.in_h = 40;
  tall.kernel_h = 33;
  EXPECT_THAT(refusal(some_conv(tall)), HasSubstr("a kernel of 33 rows is too tall (32 is the most)"));

  EXPECT_THAT(refusal(some_unary(ir::Softmax{}, 0.5F, 0)), HasSubstr("scale 1/256 and zero point -128"));
  EXPECT_THAT(refusal(some_unary(ir::Dequantize{}, 0.5F, 0)), HasSubstr("float32 inside the network"));
  ir::Pool2D pool;
  pool.filter_h = 65;
  pool.padding = {64, 64, 0, 0};
  EXPECT_THAT(refusal(some_unary(pool, 0.5F, 3)), HasSubstr("a window of 65 rows is too tall"));
  EXPECT_THAT(refusal(some_unary(ir::Pad{{{1, 0}, {0, 0}, {0, 0}, {0, 0}}, std::nullopt}, 0.5F, 3)),
              HasSubstr("pads the batch dimension"));
}

TEST(ConvChannels, FoldTheInputsZeroPointIntoTheBias) {
  SingleOp conv = some_conv();
  const auto weights = conv.graph.tensor(conv.op().inputs[1]).values<std::int8_t>();
  const auto bias = conv.graph.tensor(conv.op().inputs[2]).values<std::int32_t>();
  const int zero_point = conv.graph.tensor(0).zero_point();
  const auto channels = target::conv_channels(conv.graph, conv.op());
  ASSERT_EQ(channels.size(), 4U);
  int sum = 0;
  for (std::size_t i = 0; i < 36; ++i) sum += weights[36 + i];
  EXPECT_EQ(channels[1].bias, bias[1] - zero_point * sum);
}

TEST(ConvChannels, BecomeConstantsWhereNoInputChangesThem) {
  SingleOp conv = some_conv();
  conv.graph.tensor(conv.op().inputs[1]).quantization->scale[1] = 1e-12F;
  const auto channels = target::conv_channels(conv.graph, conv.op());
  EXPECT_THAT(channels[1].weights, ::testing::Each(0));
  EXPECT_EQ(channels[1].bias, 0);
  EXPECT_TRUE(channels[1].requantizes_fast());
  EXPECT_THAT(channels[0].weights, ::testing::Contains(::testing::Ne(0)));
}

TEST(ConvChannels, TakeOverTheSignOfANegativeScale) {
  SingleOp conv = some_conv();
  const auto before = target::conv_channels(conv.graph, conv.op());
  conv.graph.tensor(conv.op().inputs[1]).quantization->scale[0] *= -1;
  const auto after = target::conv_channels(conv.graph, conv.op());
  EXPECT_EQ(after[0].factor.multiplier, before[0].factor.multiplier);
  EXPECT_EQ(after[0].bias, -before[0].bias);
  EXPECT_EQ(after[0].weights[7], -before[0].weights[7]);
}

TEST(WeightLayout, OrdersWeightsAsItsNameSays) {
  std::vector<target::ConvChannel> channels(3);
  channels[0].weights = {1, 2, 3, 4, 5};
  channels[1].weights = {11, 12, 13, 14, 15};
  channels[2].weights = {21, 22, 23, 24, 25};
  EXPECT_THAT(target::pack_weights("ohwi", channels),
              ElementsAre(1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 21, 22, 23, 24, 25));
  EXPECT_THAT(target::pack_weights("pairs_by_four", channels),
              ElementsAre(1, 11, 3, 13, 2, 12, 4, 14, 5, 15, 0, 0, 0, 0, 0, 0,  //
                          21, 0, 23, 0, 22, 0, 24, 0, 25, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THROW(target::pack_weights("alphabetical", channels), Error);
}

}  // namespace

}  // namespace thimble
