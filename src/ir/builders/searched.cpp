#include <array>
#include <vector>

#include "ir/builders/families.h"

namespace thimble::ir::builders {

namespace {

/// Both papers' networks have ReLU where MobileNetV2 has ReLU6.
NetConfig with_relu(NetConfig config) {
  config.first_conv.activation = ActFunc::relu;
  for (Block& block : config.blocks) {
    if (auto* conv = std::get_if<MobileInvertedConv>(&block.body)) conv->activation = ActFunc::relu;
  }
  config.feature_mix_layer->activation = ActFunc::relu;
  return config;
}

/// MnasNet-B1: MnasNet without squeeze-and-excite, the form in which it is usually released.
NetConfig mnasnet() {
  struct Stage {
    int expand, kernel, channels, blocks, stride;
  };
  static constexpr std::array<Stage, 7> stages{{{1, 3, 16, 1, 1},
                                                {3, 3, 24, 3, 2},
                                                {3, 5, 40, 3, 2},
                                                {6, 5, 80, 3, 2},
                                                {6, 3, 96, 2, 1},
                                                {6, 5, 192, 4, 2},
                                                {6, 3, 320, 1, 1}}};
  std::vector<InvertedRow> rows;
  int channels = 32;
  for (const Stage& stage : stages) {
    for (int i = 0; i < stage.blocks; ++i) {
      rows.push_back(
          {channels, channels * stage.expand, stage.channels, stage.kernel, i == 0 ? stage.stride : 1, i > 0});
      channels = stage.channels;
    }
  }
  return with_relu(inverted_network("mnasnet", 224, 32, rows, 1280, 1000));
}

/// FBNet-A. Three of its blocks at 14 x 14 have two groups in their 1 x 1 convolutions, followed by a channel shuffle;
/// arch.json has no groups, so that here they are whole: 5.7 of 255.6 MMAC, shapes as published.
NetConfig fbnet_a() {
  struct Choice {
    int channels, stride, kernel, expand;  ///< expand 0: the search chose to skip.
  };
  static constexpr std::array<Choice, 22> choices{{
      {16, 1, 0, 0},  {24, 2, 3, 3},  {24, 1, 3, 1},  {24, 1, 0, 0},  {24, 1, 0, 0},  {32, 2, 5, 6},
      {32, 1, 3, 3},  {32, 1, 5, 1},  {32, 1, 3, 3},  {64, 2, 5, 6},  {64, 1, 5, 3},  {64, 1, 5, 1},
      {64, 1, 5, 6},  {112, 1, 3, 6}, {112, 1, 5, 1}, {112, 1, 5, 3}, {112, 1, 3, 1}, {184, 2, 5, 6},
      {184, 1, 5, 6}, {184, 1, 5, 3}, {184, 1, 5, 6}, {352, 1, 5, 6},
  }};
  // A block of expansion 1 keeps its first convolution. The format leaves it out at exactly 1.
  constexpr double barely_expanded = 1.001;
  std::vector<InvertedRow> rows;
  int channels = 16;
  for (const Choice& choice : choices) {
    if (choice.expand == 0) continue;
    const bool shortcut = choice.stride == 1 && choice.channels == channels;
    rows.push_back({channels, channels * choice.expand, choice.channels, choice.kernel, choice.stride, shortcut});
    channels = choice.channels;
  }
  NetConfig config = with_relu(inverted_network("fbnet-a", 224, 16, rows, 1504, 1000));
  for (Block& block : config.blocks) {
    auto& conv = std::get<MobileInvertedConv>(block.body);
    if (conv.expand_ratio == 1) conv.expand_ratio = barely_expanded;
  }
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (choices[i].expand == 0) {
      config.blocks.insert(config.blocks.begin() + static_cast<std::ptrdiff_t>(i), Block{SkippedBlock{}, false});
    }
  }
  return config;
}

constexpr std::array<Published, 2> searched_networks{{
    {"mnasnet", "MnasNet-B1: 224x224, 314 MMAC", mnasnet},
    {"fbnet-a", "FBNet-A, without its groups: 224x224, 255.6 MMAC", fbnet_a},
}};

}  // namespace

std::span<const Published> searched() { return searched_networks; }

}  // namespace thimble::ir::builders
