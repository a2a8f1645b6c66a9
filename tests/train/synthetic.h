// A dataset that a small network learns in seconds, and the network.
#pragma once

#include "data/dataset.h"
#include "data/random.h"
#include "ir/netconfig.h"
#include "train/recipe.h"

namespace thimble::train::testing {

/// 8x8 grey pictures of noise with brighter rows or columns, every second one: two classes.
inline data::DatasetSplits stripes(std::size_t train, std::size_t test) {
  data::SampleTable table;
  table.name = "stripes";
  table.class_names = {"rows", "columns"};
  table.type = data::SampleType::uint8;
  table.shape = {.height = 8, .width = 8, .channels = 1};
  data::Random random(3);
  for (std::size_t n = 0; n < train + test; ++n) {
    const int label = static_cast<int>(random.below(2));
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 8; ++x) {
        const bool bright = (label == 0 ? y : x) % 2 == 0;
        table.values.push_back(static_cast<std::byte>(random.below(150) + (bright ? 100 : 0)));
      }
    }
    table.labels.push_back(label);
    table.parts.push_back(n < train ? data::Part::train : data::Part::test);
  }
  return data::published_splits(data::Dataset(std::move(table)));
}

inline ir::NetConfig tiny_network() {
  ir::NetConfig config;
  config.name = "tiny";
  config.resolution = 8;
  config.classes = 2;
  config.first_conv = {.in_channels = 1, .out_channels = 8, .kernel_size = 3, .stride = 1};
  config.blocks.push_back(
      {ir::MobileInvertedConv{
           .in_channels = 8, .out_channels = 8, .kernel_size = 3, .stride = 2, .expand_ratio = 2, .mid_channels = {}},
       false});
  config.features = 8;
  config.dropout = 0.1;
  return config;
}

inline ir::NetConfig tiny_hard_swish_network() {
  ir::NetConfig config = tiny_network();
  config.first_conv.activation = ir::ActFunc::hard_swish;
  std::get<ir::MobileInvertedConv>(config.blocks[0].body).activation = ir::ActFunc::hard_swish;
  return config;
}

inline Recipe tiny_recipe() {
  Recipe recipe;
  recipe.network = "tiny";
  recipe.epochs = 3;
  recipe.batch = 32;
  recipe.schedule.peak = 0.1;
  recipe.warmup_epochs = 0.5;
  recipe.ema = 0.9;
  recipe.clip_norm = 5;
  recipe.label_smoothing = 0.05;
  recipe.augmentation.crop_padding = 1;
  return recipe;
}

}  // namespace thimble::train::testing
