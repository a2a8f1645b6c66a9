// ir/netconfig.h
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "ir/ops.h"

namespace thimble::ir {

/// A network's architecture as plain data, read from and written to `arch.json`: the network-config format of
/// ProxylessNAS and once-for-all, in which MCUNet's networks are published. From it come the training module (nn), the
/// float graph and the counts of MACs and parameters: one description, so they cannot disagree.
///
/// Every convolution and pooling pads (kernel - 1) / 2 on each side, as PyTorch networks do; kernels of convolutions
/// are odd. Published configs load unchanged. The format's blocks are all "MobileInvertedResidualBlock"; three more
/// names may stand in `blocks`, for networks of other families:
///   {"name": "ConvLayer", "in_channels", "out_channels", "kernel_size", "stride", "act_func", "use_bn", "bias"}
///   {"name": "PoolingLayer", "pool_type": "max" | "avg", "kernel_size", "stride"}
///   {"name": "BasicBlock", "in_channels", "out_channels", "kernel_size", "stride", "act_func"}   ResNet's (He et al.,
///     2015): two convolutions and a shortcut, which is a 1x1 convolution where shapes differ; act_func after the sum.

/// What a layer applies to its sums; act_func: null, "relu", "relu6" or "h_swish" (MobileNetV3, arXiv 1905.02244). The
/// first three are part of the layer's operator, hard-swish is an operator after it.
enum class ActFunc { none, relu, relu6, hard_swish };

struct ConvLayer {
  int in_channels = 0;
  int out_channels = 0;
  int kernel_size = 3;
  int stride = 1;
  ActFunc activation = ActFunc::relu6;
  bool use_bn = true;
  bool bias = false;
  bool operator==(const ConvLayer&) const = default;
};

/// Expand (1x1, absent if expand_ratio is 1), depthwise (k x k), squeeze-and-excite (optional), project (1x1, linear).
struct MobileInvertedConv {
  int in_channels = 0;
  int out_channels = 0;
  int kernel_size = 3;
  int stride = 1;
  double expand_ratio = 6;
  /// Channels of the depthwise convolution where the config gives them; otherwise round(in_channels * expand_ratio).
  std::optional<int> mid_channels;
  ActFunc activation = ActFunc::relu6;
  bool use_se = false;

  int middle() const;
  bool expands() const { return expand_ratio != 1; }
  bool operator==(const MobileInvertedConv&) const = default;
};

struct PoolingLayer {
  PoolKind kind = PoolKind::max;
  int kernel_size = 2;
  int stride = 2;
  bool operator==(const PoolingLayer&) const = default;
};

struct BasicBlock {
  int in_channels = 0;
  int out_channels = 0;
  int kernel_size = 3;
  int stride = 1;
  ActFunc activation = ActFunc::relu;
  bool operator==(const BasicBlock&) const = default;
};

/// A block that computes nothing but its shortcut: `mobile_inverted_conv` is null or a ZeroLayer.
struct SkippedBlock {
  bool operator==(const SkippedBlock&) const = default;
};

struct Block {
  std::variant<MobileInvertedConv, ConvLayer, PoolingLayer, BasicBlock, SkippedBlock> body;
  bool shortcut = false;  ///< Adds the block's input to its output; MobileInvertedConv only.
  bool operator==(const Block&) const = default;
};

struct NetConfig {
  std::string name = "network";
  int resolution = 0;  ///< Height and width of the input; its channels are first_conv.in_channels, 1 or 3.
  ConvLayer first_conv;
  std::vector<Block> blocks;
  std::optional<ConvLayer> feature_mix_layer;  ///< Before the global average.
  int classes = 0;
  int features = 0;  ///< Inputs of the classifier, after the global average.
  double dropout = 0;
  double bn_momentum = 0.1;
  double bn_eps = 1e-5;
  bool operator==(const NetConfig&) const = default;
};

/// @throws Error: a missing or wrong field (named with its path, such as blocks[3].mobile_inverted_conv.stride), a
/// layer that is not supported, or channels that do not fit together. `source` begins the messages.
NetConfig parse_netconfig(const Json& json, const std::string& source);
NetConfig read_netconfig(const std::filesystem::path& file);

/// parse_netconfig(to_json(c)) == c, for a valid c.
Json to_json(const NetConfig& config);

/// Checks what parse_netconfig promises, for configs made in memory. @throws Error.
void validate(const NetConfig& config, const std::string& source);

}  // namespace thimble::ir
