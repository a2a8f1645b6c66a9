#include <array>

#include "ir/builders/families.h"

namespace thimble::ir::builders {

namespace {

Block conv(int in, int out, int stride, ActFunc activation = ActFunc::relu6) {
  return {
      ConvLayer{.in_channels = in, .out_channels = out, .kernel_size = 3, .stride = stride, .activation = activation},
      false};
}

Block inverted(int in, int expand, int out, int kernel, int stride) {
  return {MobileInvertedConv{.in_channels = in,
                             .out_channels = out,
                             .kernel_size = kernel,
                             .stride = stride,
                             .expand_ratio = static_cast<double>(expand),
                             .mid_channels = in * expand,
                             .activation = ActFunc::relu6},
          stride == 1 && in == out};
}

NetConfig network(const char* name, int resolution, int channels, int stem, std::vector<Block> blocks, int features,
                  int feature_mix) {
  NetConfig config;
  config.name = name;
  config.resolution = resolution;
  config.classes = 10;
  config.first_conv = {
      .in_channels = channels, .out_channels = stem, .kernel_size = 3, .stride = 1, .activation = ActFunc::relu6};
  config.blocks = std::move(blocks);
  config.features = features;
  if (feature_mix > 0) {
    config.feature_mix_layer = {.in_channels = features,
                                .out_channels = feature_mix,
                                .kernel_size = 1,
                                .stride = 1,
                                .activation = ActFunc::relu6};
    config.features = feature_mix;
  }
  return config;
}

/// A dense 3 x 3 convolution halves the picture before the first inverted residual: at full size a depthwise pair moves
/// more memory than it saves multiplications, on the training machine and on the microcontroller.
NetConfig fashion_demo() {
  return network("fashion-demo", 28, 1, 16,
                 {conv(16, 24, 2), inverted(24, 3, 24, 3, 1), inverted(24, 4, 40, 3, 2), inverted(40, 3, 40, 5, 1),
                  inverted(40, 4, 80, 3, 2), inverted(80, 3, 80, 3, 1)},
                 80, 160);
}

NetConfig cifar_small() {
  return network("cifar-small", 32, 3, 16,
                 {conv(16, 24, 2), inverted(24, 3, 24, 3, 1), inverted(24, 4, 40, 3, 2), inverted(40, 3, 40, 5, 1),
                  inverted(40, 3, 40, 3, 1), inverted(40, 4, 96, 3, 2), inverted(96, 3, 96, 3, 1)},
                 96, 320);
}

/// Convolutions and max pooling only, as in a first course on neural networks; the student report's smaller network.
NetConfig simple_maxpool() {
  return network("simple-maxpool", 32, 3, 16,
                 {{PoolingLayer{PoolKind::max, 2, 2}, false},
                  conv(16, 32, 1),
                  {PoolingLayer{PoolKind::max, 2, 2}, false},
                  conv(32, 64, 1),
                  {PoolingLayer{PoolKind::max, 2, 2}, false},
                  conv(64, 128, 1)},
                 128, 0);
}

constexpr std::array<Published, 3> small_networks{{
    {"fashion-demo", "inverted residuals for 28x28 grey pictures, 10 classes", fashion_demo},
    {"cifar-small", "inverted residuals for 32x32 RGB pictures, 10 classes, at most 7 MMAC", cifar_small},
    {"simple-maxpool", "four convolutions with max pooling, 32x32 RGB, 10 classes", simple_maxpool},
}};

}  // namespace

std::span<const Published> small() { return small_networks; }

}  // namespace thimble::ir::builders
