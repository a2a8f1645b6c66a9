#include "ir/netconfig.h"

#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "ir/netconfig_layers.h"

namespace thimble::ir {

int MobileInvertedConv::middle() const {
  return mid_channels ? *mid_channels : static_cast<int>(std::lround(in_channels * expand_ratio));
}

namespace {

/// Follows the network block by block and checks that each takes what the one before gives.
class Validator {
 public:
  Validator(const NetConfig& config, const std::string& source) : config_(config), source_(source) {}

  void run() {
    if (config_.resolution <= 0) refuse("resolution", "must be positive");
    if (config_.first_conv.in_channels != 1 && config_.first_conv.in_channels != 3) {
      refuse("first_conv.in_channels",
             fmt::format("is {}; 1 (grey) and 3 (RGB) are supported", config_.first_conv.in_channels));
    }
    channels_ = config_.first_conv.in_channels;
    check("first_conv", config_.first_conv);
    for (std::size_t i = 0; i < config_.blocks.size(); ++i) {
      const std::string where = fmt::format("blocks[{}]", i);
      const int before = channels_;
      int stride = 1;
      std::visit([&](const auto& body) { stride = check(where, body); }, config_.blocks[i].body);
      if (config_.blocks[i].shortcut && (before != channels_ || stride != 1)) {
        refuse(where + ".shortcut", fmt::format("adds {} channels to {} at stride {}", before, channels_, stride));
      }
    }
    if (config_.feature_mix_layer) check("feature_mix_layer", *config_.feature_mix_layer);
    if (config_.features != channels_) {
      refuse("classifier.in_features",
             fmt::format("is {}, but the layer before gives {}", config_.features, channels_));
    }
    if (config_.classes <= 0) refuse("classifier.out_features", "must be positive");
    if (config_.dropout < 0 || config_.dropout >= 1) refuse("classifier.dropout_rate", "must be in [0, 1)");
  }

 private:
  [[noreturn]] void refuse(const std::string& where, const std::string& why) const {
    fail("{}: {} {}", source_, where, why);
  }

  void takes(const std::string& where, int in_channels, int out_channels) {
    if (in_channels != channels_) {
      refuse(where + ".in_channels", fmt::format("is {}, but the layer before gives {}", in_channels, channels_));
    }
    if (out_channels <= 0) refuse(where + ".out_channels", "must be positive");
    channels_ = out_channels;
  }

  void window(const std::string& where, int kernel, int stride, bool odd) const {
    if (kernel <= 0 || (odd && kernel % 2 == 0)) {
      refuse(where + ".kernel_size",
             fmt::format("is {}; {} are supported", kernel, odd ? "odd sizes" : "positive sizes"));
    }
    if (stride <= 0) refuse(where + ".stride", fmt::format("is {}; it must be positive", stride));
  }

  int check(const std::string& where, const ConvLayer& conv) {
    takes(where, conv.in_channels, conv.out_channels);
    window(where, conv.kernel_size, conv.stride, true);
    return conv.stride;
  }

  int check(const std::string& block, const MobileInvertedConv& conv) {
    const std::string where = block + ".mobile_inverted_conv";
    const int in = channels_;
    takes(where, conv.in_channels, conv.out_channels);
    window(where, conv.kernel_size, conv.stride, true);
    if (!(conv.expand_ratio > 0) || conv.middle() <= 0) refuse(where + ".expand_ratio", "must be positive");
    if (!conv.expands() && conv.middle() != in) {
      refuse(where + ".mid_channels",
             fmt::format("is {}, but with expand_ratio 1 there is no expansion from {}", conv.middle(), in));
    }
    return conv.stride;
  }

  int check(const std::string& where, const PoolingLayer& pool) const {
    window(where, pool.kernel_size, pool.stride, false);
    return pool.stride;
  }

  int check(const std::string& where, const BasicBlock& block) {
    takes(where, block.in_channels, block.out_channels);
    window(where, block.kernel_size, block.stride, true);
    return block.stride;
  }

  static int check(const std::string&, const SkippedBlock&) { return 1; }

  const NetConfig& config_;
  const std::string& source_;
  int channels_ = 0;
};

}  // namespace

void validate(const NetConfig& config, const std::string& source) {
  Validator(config, source).run();
  const std::vector<NetLayer> layers = layers_of(config);
  for (const NetLayer& layer : layers) {
    const bool padded_maximum = layer.kind == LayerKind::max_pool && layer.padding > 0;
    if (padded_maximum && layers[static_cast<std::size_t>(layer.input)].activation == Activation::none) {
      fail("{}: {} pads, which is supported only after a layer with relu or relu6", source, layer.name);
    }
    if (layer.in_size <= 0 || layer.in_size + 2 * layer.padding < layer.kernel_size) {
      fail("{}: resolution {} is too small: {} gets a picture of {} x {}", source, config.resolution, layer.name,
           layer.in_size, layer.in_size);
    }
  }
}

}  // namespace thimble::ir
