#include <array>

#include "ir/builders/families.h"

namespace thimble::ir::builders {

namespace {

NetConfig resnet18() {
  NetConfig config;
  config.name = "resnet18";
  config.resolution = 224;
  config.classes = 1000;
  config.first_conv = {
      .in_channels = 3, .out_channels = 64, .kernel_size = 7, .stride = 2, .activation = ActFunc::relu};
  config.blocks.push_back({PoolingLayer{PoolKind::max, 3, 2}, false});
  int channels = 64;
  for (const int width : {64, 128, 256, 512}) {
    for (int i = 0; i < 2; ++i) {
      config.blocks.push_back({BasicBlock{channels, width, 3, i == 0 && width > 64 ? 2 : 1, ActFunc::relu}, false});
      channels = width;
    }
  }
  config.features = channels;
  return config;
}

constexpr std::array<Published, 1> resnet_networks{{{"resnet18", "ResNet-18: 224x224, 1.81 GMAC", resnet18}}};

}  // namespace

std::span<const Published> resnet() { return resnet_networks; }

}  // namespace thimble::ir::builders
