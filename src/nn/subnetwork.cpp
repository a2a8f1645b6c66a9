#include "nn/subnetwork.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"

namespace thimble::nn {

namespace {

using ir::MobileInvertedConv;

/// Why a layer is not part of a larger one; empty if it is.
std::string misfit(const ir::ConvLayer& part, const ir::ConvLayer& of) {
  if (part.out_channels > of.out_channels || part.in_channels > of.in_channels) return "has more channels";
  if (part.kernel_size != of.kernel_size) return "has another kernel";
  if (part.stride != of.stride) return "has another stride";
  if (part.activation != of.activation || part.use_bn != of.use_bn || part.bias != of.bias) return "is another layer";
  return "";
}

std::string misfit(const MobileInvertedConv& part, const MobileInvertedConv& of) {
  if (part.out_channels > of.out_channels || part.in_channels > of.in_channels) return "has more channels";
  if (part.middle() > of.middle()) return "expands to more channels";
  if (part.kernel_size > of.kernel_size) return "has a larger kernel";
  if (part.stride != of.stride) return "has another stride";
  if (part.expands() != of.expands()) return "expands where the other does not";
  if (part.activation != of.activation || (part.use_se && !of.use_se)) return "is another layer";
  return "";
}

std::string misfit(const ir::Block& part, const ir::Block& of) {
  if (const auto* skipped = std::get_if<ir::SkippedBlock>(&part.body)) {
    return of.shortcut || of.body == decltype(of.body)(*skipped) ? "" : "is missing, but has no shortcut to replace it";
  }
  if (part.body.index() != of.body.index()) return "is of another kind";
  if (const auto* conv = std::get_if<MobileInvertedConv>(&part.body)) {
    return misfit(*conv, std::get<MobileInvertedConv>(of.body));
  }
  if (const auto* conv = std::get_if<ir::ConvLayer>(&part.body)) return misfit(*conv, std::get<ir::ConvLayer>(of.body));
  return part == of ? "" : "differs, and only inverted residual blocks and convolutions are elastic";
}

/// Places the sub-network's blocks among the largest network's.
class Alignment {
 public:
  Alignment(const ir::NetConfig& largest, const ir::NetConfig& subnetwork)
      : largest_(largest.blocks),
        part_(subnetwork.blocks),
        cost_((largest_.size() + 1) * (part_.size() + 1), unknown) {}

  /// The sub-network's blocks with the missing ones in place; none if they do not fit in any way.
  std::optional<std::vector<ir::Block>> run() {
    if (least(0, 0) >= impossible) return std::nullopt;
    std::vector<ir::Block> blocks;
    std::size_t j = 0;
    for (std::size_t i = 0; i < largest_.size(); ++i) {
      const bool taken = least(i, j) == with(i, j);
      blocks.push_back(taken ? part_[j++] : ir::Block{ir::SkippedBlock{}, false});
    }
    return blocks;
  }

 private:
  static constexpr int unknown = -1;
  static constexpr int impossible = 1 << 20;

  /// Counts shortcuts that only one of the two has: an alignment without any is the one that was meant.
  int least(std::size_t i, std::size_t j) {
    int& known = cost_[i * (part_.size() + 1) + j];
    if (known != unknown) return known;
    if (i == largest_.size()) return known = j == part_.size() ? 0 : impossible;
    const int without = largest_[i].shortcut ? least(i + 1, j) : impossible;
    return known = std::min(with(i, j), without);
  }

  int with(std::size_t i, std::size_t j) {
    if (j == part_.size() || !misfit(part_[j], largest_[i]).empty()) return impossible;
    return std::min(impossible, least(i + 1, j + 1) + (part_[j].shortcut == largest_[i].shortcut ? 0 : 1));
  }

  const std::vector<ir::Block>& largest_;
  const std::vector<ir::Block>& part_;
  std::vector<int> cost_;
};

[[noreturn]] void refuse(const ir::NetConfig& largest, const ir::NetConfig& subnetwork, const std::string& why) {
  fail("{}: is no sub-network of {}: {}", subnetwork.name, largest.name, why);
}

void check_ends(const ir::NetConfig& largest, const ir::NetConfig& subnetwork) {
  if (subnetwork.resolution > largest.resolution) refuse(largest, subnetwork, "its resolution is larger");
  if (subnetwork.classes != largest.classes) refuse(largest, subnetwork, "it has another number of classes");
  if (subnetwork.first_conv.in_channels != largest.first_conv.in_channels) {
    refuse(largest, subnetwork, "its pictures have another number of channels");
  }
  if (const std::string why = misfit(subnetwork.first_conv, largest.first_conv); !why.empty()) {
    refuse(largest, subnetwork, "first_conv " + why);
  }
  if (subnetwork.feature_mix_layer.has_value() != largest.feature_mix_layer.has_value()) {
    refuse(largest, subnetwork, "only one of them has a feature_mix_layer");
  }
  if (subnetwork.feature_mix_layer) {
    const std::string why = misfit(*subnetwork.feature_mix_layer, *largest.feature_mix_layer);
    if (!why.empty()) refuse(largest, subnetwork, "feature_mix_layer " + why);
  }
}

}  // namespace

ir::NetConfig aligned(const ir::NetConfig& largest, const ir::NetConfig& subnetwork) {
  check_ends(largest, subnetwork);
  ir::NetConfig placed = subnetwork;
  if (subnetwork.blocks.size() != largest.blocks.size()) {
    auto blocks = Alignment(largest, subnetwork).run();
    if (!blocks) {
      refuse(largest, subnetwork,
             fmt::format("its {} blocks are not {} of the other's {}", subnetwork.blocks.size(),
                         "the same, smaller or missing", largest.blocks.size()));
    }
    placed.blocks = std::move(*blocks);
  }
  for (std::size_t i = 0; i < placed.blocks.size(); ++i) {
    const std::string why = misfit(placed.blocks[i], largest.blocks[i]);
    if (!why.empty()) refuse(largest, subnetwork, fmt::format("blocks[{}] {}", i, why));
  }
  return placed;
}

ir::NetConfig without_skipped(ir::NetConfig config) {
  std::erase_if(config.blocks,
                [](const ir::Block& block) { return std::holds_alternative<ir::SkippedBlock>(block.body); });
  return config;
}

ir::NetConfig restricted(const ir::NetConfig& largest, const ir::NetConfig& subnetwork, Elastic open) {
  if (open == Elastic::all) return subnetwork;
  ir::NetConfig config = largest;
  config.resolution = subnetwork.resolution;
  for (std::size_t i = 0; i < config.blocks.size(); ++i) {
    const ir::Block& wanted = subnetwork.blocks.at(i);
    const bool missing = std::holds_alternative<ir::SkippedBlock>(wanted.body);
    if (missing && open == Elastic::depth) config.blocks[i] = {ir::SkippedBlock{}, false};
    if (const auto* conv = std::get_if<MobileInvertedConv>(&wanted.body)) {
      std::get<MobileInvertedConv>(config.blocks[i].body).kernel_size = conv->kernel_size;
    }
  }
  return config;
}

}  // namespace thimble::nn
