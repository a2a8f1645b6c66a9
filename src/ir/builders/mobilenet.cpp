#include <array>
#include <vector>

#include "ir/builders/families.h"
#include "ir/make_divisible.h"

namespace thimble::ir::builders {

namespace {

struct Stage {
  int expand, channels, blocks, stride;
};

/// MobileNetV2 at a width. The feature mix has 1280 channels, and fewer only where `narrow_mix` scales it too: the
/// paper keeps 1280 below width 1, MCUNet's 0.35 network does not.
NetConfig mobilenet_v2(const char* name, double width, int resolution, bool narrow_mix) {
  static constexpr std::array<Stage, 7> stages{
      {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}}};
  std::vector<InvertedRow> rows;
  const int stem = make_divisible(32 * width);
  int channels = stem;
  for (const Stage& stage : stages) {
    const int out = make_divisible(stage.channels * width);
    for (int i = 0; i < stage.blocks; ++i) {
      rows.push_back({channels, channels * stage.expand, out, 3, i == 0 ? stage.stride : 1, i > 0});
      channels = out;
    }
  }
  return inverted_network(name, resolution, stem, rows, narrow_mix ? make_divisible(1280 * width) : 1280, 1000);
}

NetConfig mobilenet_v2_100() { return mobilenet_v2("mobilenetv2", 1.0, 224, false); }
NetConfig mobilenet_v2_035() { return mobilenet_v2("mbv2-w0.35", 0.35, 144, true); }

/// ProxylessNAS-Mobile as published: 5.1 ms faster blocks were dropped by the search, hence stages of unequal depth.
NetConfig proxyless_mobile() {
  struct Choice {
    int kernel, expand;
  };
  struct SearchedStage {
    int channels, stride;
    std::array<Choice, 4> choices;  ///< expand 0: the block was dropped.
  };
  static constexpr std::array<SearchedStage, 6> stages{{
      {32, 2, {{{5, 3}, {3, 3}, {0, 0}, {0, 0}}}},
      {40, 2, {{{7, 3}, {3, 3}, {5, 3}, {5, 3}}}},
      {80, 2, {{{7, 6}, {5, 3}, {5, 3}, {5, 3}}}},
      {96, 1, {{{5, 6}, {5, 3}, {5, 3}, {5, 3}}}},
      {192, 2, {{{7, 6}, {7, 6}, {7, 3}, {7, 3}}}},
      {320, 1, {{{7, 6}, {0, 0}, {0, 0}, {0, 0}}}},
  }};
  std::vector<InvertedRow> rows{{32, 32, 16, 3, 1, false}};
  int channels = 16;
  for (const SearchedStage& stage : stages) {
    for (std::size_t i = 0; i < stage.choices.size() && stage.choices[i].expand > 0; ++i) {
      const auto [kernel, expand] = stage.choices[i];
      rows.push_back({channels, channels * expand, stage.channels, kernel, i == 0 ? stage.stride : 1, i > 0});
      channels = stage.channels;
    }
  }
  return inverted_network("proxyless-mobile", 224, 32, rows, 1280, 1000);
}

constexpr std::array<Published, 3> mobilenet_networks{{
    {"mobilenetv2", "MobileNetV2 1.0: 224x224, 300.8 MMAC", mobilenet_v2_100},
    {"mbv2-w0.35", "MobileNetV2 0.35 of MCUNet's zoo: 144x144, 23.5 MMAC", mobilenet_v2_035},
    {"proxyless-mobile", "ProxylessNAS-Mobile: 224x224, 320 MMAC", proxyless_mobile},
}};

}  // namespace

std::span<const Published> mobilenet() { return mobilenet_networks; }

}  // namespace thimble::ir::builders
