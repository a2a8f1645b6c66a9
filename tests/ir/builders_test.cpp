#include "ir/builders/builders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.h"
#include "import/tflite_import.h"
#include "ir/make_divisible.h"
#include "ir/netconfig_graph.h"
#include "ir/netconfig_layers.h"
#include "passes/passes.h"
#include "shared_files.h"

namespace thimble::ir::builders {
namespace {

struct Published {
  const char* name;
  double mega_macs;
  double mega_parameters;
};

// The model zoo's own figures (ANCHORS 1.3), rounded as printed there.
TEST(Builders, CountsEqualThePublishedOnes) {
  for (const Published& published : std::initializer_list<Published>{{"mbv2-w0.35", 23.5, 0.75},
                                                                     {"mcunet-in0", 6.4, 0.75},
                                                                     {"mcunet-in1", 12.8, 0.64},
                                                                     {"mcunet-in3", 81.8, 0.74},
                                                                     {"mcunet-vww0", 6.0, 0.37},
                                                                     {"mcunet-vww1", 11.6, 0.43},
                                                                     {"mcunet-vww2", 55.8, 0.64}}) {
    const NetConfig config = build(published.name);
    EXPECT_NEAR(static_cast<double>(macs_of(config)) / 1e6, published.mega_macs, 0.05) << published.name;
    EXPECT_NEAR(static_cast<double>(parameters_of(config)) / 1e6, published.mega_parameters, 0.005) << published.name;
  }
}

TEST(Builders, ClassicNetworksHaveTheirKnownCounts) {
  EXPECT_NEAR(static_cast<double>(macs_of(build("mobilenetv2"))) / 1e6, 300.8, 0.05);
  EXPECT_EQ(parameters_of(build("mobilenetv2")), 3'504'872);
  EXPECT_EQ(parameters_of(build("resnet18")), 11'689'512);
  EXPECT_EQ(macs_of(build("resnet18")), 1'814'073'344);
  EXPECT_NEAR(static_cast<double>(parameters_of(build("proxyless-mobile"))) / 1e6, 4.08, 0.005);
  EXPECT_EQ(parameters_of(build("mnasnet")), 4'383'312);
  EXPECT_NEAR(static_cast<double>(macs_of(build("mnasnet"))) / 1e6, 314.4, 0.05);
  EXPECT_NEAR(static_cast<double>(parameters_of(build("fbnet-a"))) / 1e6, 4.35, 0.005);
  EXPECT_NEAR(static_cast<double>(macs_of(build("fbnet-a"))) / 1e6, 249.9 + 5.7, 0.05);  // 5.7: no groups.
}

/// A line for each operator: what it is, its window, and the shapes it maps; the tensors' names do not matter.
std::vector<std::string> outline(const Graph& graph, bool only_weighted) {
  std::vector<std::string> lines;
  for (const Op& op : graph.ops) {
    std::string window;
    if (const auto* conv = std::get_if<Conv2D>(&op.kind)) {
      window = fmt::format("/{} pad {},{}", conv->stride_h, conv->padding.top, conv->padding.bottom);
    } else if (const auto* depthwise = std::get_if<DepthwiseConv2D>(&op.kind)) {
      window = fmt::format("/{} pad {},{}", depthwise->stride_h, depthwise->padding.top, depthwise->padding.bottom);
    } else if (const auto* pool = std::get_if<Pool2D>(&op.kind)) {
      window = fmt::format("{}x{}", pool->filter_h, pool->filter_w);
    }
    const bool weighted = op.inputs.size() >= 2 && graph.tensor(op.inputs[1]).is_constant() && !window.empty();
    if (only_weighted && !weighted) continue;
    lines.push_back(fmt::format("{}{} {}{} -> {}", name_of(op.kind), window, text_of(graph.tensor(op.inputs[0]).shape),
                                weighted ? " * " + text_of(graph.tensor(op.inputs[1]).shape) : "",
                                text_of(graph.tensor(op.outputs[0]).shape)));
  }
  return lines;
}

/// The zoo's network with the .tflite released for it.
struct Release {
  const char* name;
  const char* file;
};

TEST(Builders, GraphsEqualTheReleasedFilesShapeForShape) {
  THIMBLE_NEEDS_SHARED("models/mcunet-release");
  for (const Release& release : std::initializer_list<Release>{{"mbv2-w0.35", "mbv2-w0.35-r144_imagenet"},
                                                               {"mcunet-in0", "mcunet-10fps_imagenet"},
                                                               {"mcunet-in1", "mcunet-5fps_imagenet"},
                                                               {"mcunet-in3", "mcunet-320kb-1mb_imagenet"},
                                                               {"mcunet-vww0", "mcunet-10fps_vww"},
                                                               {"mcunet-vww2", "mcunet-320kb-1mb_vww"}}) {
    const auto file = testing::shared_folder() / "models/mcunet-release" / (std::string(release.file) + ".tflite");
    const Graph released = passes::simplify(import::read_tflite(file));
    EXPECT_EQ(outline(to_graph(build(release.name)), false), outline(released, false)) << release.name;
  }
}

// This file came through another converter: its global average and classifier are other operators.
TEST(Builders, Vww1HasTheConvolutionsOfTinyEnginesFile) {
  THIMBLE_NEEDS_SHARED("models/tinyengine/vww.tflite");
  const Graph released =
      passes::simplify(import::read_tflite(testing::shared_folder() / "models/tinyengine/vww.tflite"));
  std::vector<std::string> built = outline(to_graph(build("mcunet-vww1")), true);
  built.pop_back();
  EXPECT_EQ(built, outline(released, true));
}

TEST(Builders, DivisibleChannelsLoseAtMostATenth) {
  EXPECT_EQ(make_divisible(32 * 0.35), 16);  // 8 would be less than 90% of 11.2.
  EXPECT_EQ(make_divisible(24 * 0.35), 8);
  EXPECT_EQ(make_divisible(3), 8);
  EXPECT_TRUE(rc::check("a multiple of 8, at least 90%, and no further up than 8", [] {
    const double channels = *rc::gen::inRange(1, 400'000) / 100.0;
    const int rounded = make_divisible(channels);
    RC_ASSERT(rounded % 8 == 0);
    RC_ASSERT(rounded >= 0.9 * channels);
    RC_ASSERT(rounded < channels + 8);
  }));
}

TEST(Builders, OptionsChangeInputWidthAndClasses) {
  const NetConfig config =
      build("mcunet-in0", {.resolution = 28, .channels = 1, .classes = 10, .width = 0.5, .dropout = 0.2});
  EXPECT_EQ(config.first_conv.in_channels, 1);
  EXPECT_EQ(config.resolution, 28);
  EXPECT_EQ(config.classes, 10);
  EXPECT_EQ(config.first_conv.out_channels, 16);  // 12, made divisible.
  EXPECT_EQ(config.features, 96);
  EXPECT_EQ(build("mcunet-in0", {.resolution = {}, .channels = {}, .classes = {}, .width = 1.0, .dropout = {}}),
            build("mcunet-in0"));
}

TEST(Builders, AnyWidthIsAValidNetwork) {
  EXPECT_TRUE(rc::check("scaled networks validate", [] {
    const auto entries = names();
    const auto& entry = entries[*rc::gen::inRange<std::size_t>(0, entries.size())];
    const double width = *rc::gen::inRange(5, 200) / 100.0;
    Options options;
    options.width = width;
    build(entry.name, options);
  }));
}

TEST(Builders, AWrongNameSuggestsTheNearest) {
  try {
    build("mcunet-in00");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.hint(), ::testing::HasSubstr("mcunet-in0"));
  }
}

TEST(Builders, SmallNetworksKeepTheirBudgets) {
  EXPECT_LE(macs_of(build("cifar-small")), 7'000'000);
  EXPECT_LE(parameters_of(build("cifar-small")), 750'000);
  EXPECT_LE(macs_of(build("fashion-demo")), 5'000'000);
}

}  // namespace
}  // namespace thimble::ir::builders
