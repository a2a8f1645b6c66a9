#include "ir/netconfig_layers.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/make_divisible.h"
#include "ir/shapes.h"

namespace thimble::ir {

namespace {

/// What a layer's own operator applies of its activation.
Activation within_operator(ActFunc activation) {
  switch (activation) {
    case ActFunc::relu:
      return Activation::relu;
    case ActFunc::relu6:
      return Activation::relu6;
    case ActFunc::none:
    case ActFunc::hard_swish:
      break;
  }
  return Activation::none;
}

class Lowering {
 public:
  explicit Lowering(const NetConfig& config)
      : config_(config), size_(config.resolution), channels_(config.first_conv.in_channels) {}

  std::vector<NetLayer> run() {
    lower("first_conv", config_.first_conv);
    for (std::size_t i = 0; i < config_.blocks.size(); ++i) {
      const Block& block = config_.blocks[i];
      const std::string name = fmt::format("block{}", i);
      const int input = last_;
      std::visit([&](const auto& body) { lower(name, body); }, block.body);
      if (block.shortcut) add(name + "/add", input, ActFunc::none);
    }
    if (config_.feature_mix_layer) lower("feature_mix", *config_.feature_mix_layer);
    global_average("global_average");
    conv("classifier", config_.classes, 1, 1, ActFunc::none, false, true);
    return std::move(layers_);
  }

 private:
  NetLayer& append(NetLayer layer) {
    layer.input = last_;
    layer.in_channels = channels_;
    layer.in_size = size_;
    layer.out_size = convolved_size(size_, layer.kernel_size, layer.stride, 1, layer.padding, layer.padding);
    size_ = layer.out_size;
    channels_ = layer.out_channels;
    last_ = static_cast<int>(layers_.size());
    return layers_.emplace_back(std::move(layer));
  }

  /// What remains of a layer's activation for an operator of its own.
  void activate(const std::string& name, ActFunc activation) {
    if (activation != ActFunc::hard_swish) return;
    append({.name = name + "/hard_swish", .kind = LayerKind::hard_swish, .out_channels = channels_});
  }

  void conv(const std::string& name, int out, int kernel, int stride, ActFunc activation, bool batch_norm, bool bias) {
    append({.name = name,
            .kind = LayerKind::conv,
            .out_channels = out,
            .kernel_size = kernel,
            .stride = stride,
            .padding = kernel / 2,
            .bias = bias,
            .batch_norm = batch_norm,
            .activation = within_operator(activation)});
    activate(name, activation);
  }

  void add(const std::string& name, int shortcut, ActFunc activation) {
    const Activation own = within_operator(activation);
    append({.name = name, .kind = LayerKind::add, .out_channels = channels_, .activation = own}).other = shortcut;
    activate(name, activation);
  }

  void global_average(const std::string& name) {
    const int whole = std::max(size_, 1);  // A picture of nothing is the validator's to refuse.
    append({.name = name,
            .kind = LayerKind::average_pool,
            .out_channels = channels_,
            .kernel_size = whole,
            .stride = whole});
  }

  void lower(const std::string& name, const ConvLayer& layer) {
    conv(name, layer.out_channels, layer.kernel_size, layer.stride, layer.activation, layer.use_bn, layer.bias);
  }

  void lower(const std::string& name, const MobileInvertedConv& block) {
    if (block.expands()) conv(name + "/expand", block.middle(), 1, 1, block.activation, true, false);
    append({.name = name + "/depthwise",
            .kind = LayerKind::depthwise,
            .out_channels = channels_,
            .kernel_size = block.kernel_size,
            .stride = block.stride,
            .padding = block.kernel_size / 2,
            .batch_norm = true,
            .activation = within_operator(block.activation)});
    activate(name + "/depthwise", block.activation);
    if (block.use_se) squeeze_and_excite(name + "/se");
    conv(name + "/project", block.out_channels, 1, 1, ActFunc::none, true, false);
  }

  /// Once-for-all's SEModule: a quarter of the channels in the middle, both layers with a bias.
  void squeeze_and_excite(const std::string& name) {
    const int scaled = last_;
    const int channels = channels_;
    const int size = size_;
    global_average(name + "/average");
    conv(name + "/reduce", make_divisible(channels / 4), 1, 1, ActFunc::relu, false, true);
    conv(name + "/expand", channels, 1, 1, ActFunc::none, false, true);
    append({.name = name + "/gate", .kind = LayerKind::hard_sigmoid, .out_channels = channels});
    const int gate = last_;
    last_ = scaled;
    size_ = size;
    append({.name = name + "/scale", .kind = LayerKind::scale, .out_channels = channels}).other = gate;
  }

  void lower(const std::string& name, const PoolingLayer& pool) {
    append({.name = name + "/pool",
            .kind = pool.kind == PoolKind::max ? LayerKind::max_pool : LayerKind::average_pool,
            .out_channels = channels_,
            .kernel_size = pool.kernel_size,
            .stride = pool.stride,
            .padding = (pool.kernel_size - 1) / 2});
  }

  void lower(const std::string& name, const BasicBlock& block) {
    const int input = last_;
    const int in_channels = channels_;
    const int in_size = size_;
    int shortcut = input;
    if (block.stride != 1 || block.in_channels != block.out_channels) {
      conv(name + "/shortcut", block.out_channels, 1, block.stride, ActFunc::none, true, false);
      shortcut = last_;
      last_ = input;
      channels_ = in_channels;
      size_ = in_size;
    }
    conv(name + "/conv1", block.out_channels, block.kernel_size, block.stride, block.activation, true, false);
    conv(name + "/conv2", block.out_channels, block.kernel_size, 1, ActFunc::none, true, false);
    add(name + "/add", shortcut, block.activation);
  }

  void lower(const std::string&, const SkippedBlock&) {}

  const NetConfig& config_;
  std::vector<NetLayer> layers_;
  int last_ = -1;
  int size_;
  int channels_;
};

}  // namespace

std::int64_t NetLayer::weights() const {
  const std::int64_t window = std::int64_t{kernel_size} * kernel_size * out_channels;
  switch (kind) {
    case LayerKind::conv:
      return window * in_channels;
    case LayerKind::depthwise:
      return window;
    default:
      return 0;
  }
}

std::vector<NetLayer> layers_of(const NetConfig& config) { return Lowering(config).run(); }

std::int64_t macs_of(const NetConfig& config) {
  std::int64_t sum = 0;
  for (const NetLayer& layer : layers_of(config)) sum += layer.macs();
  return sum;
}

std::int64_t parameters_of(const NetConfig& config) {
  std::int64_t sum = 0;
  for (const NetLayer& layer : layers_of(config)) {
    sum += layer.weights() + (layer.bias ? layer.out_channels : 0) + (layer.batch_norm ? 2 * layer.out_channels : 0);
  }
  return sum;
}

}  // namespace thimble::ir
