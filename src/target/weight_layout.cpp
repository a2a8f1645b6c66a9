#include "target/weight_layout.h"

#include <array>
#include <cstdlib>

#include "base/error.h"
#include "target/convolution.h"

namespace thimble::target {

namespace {

/// Weights as rows of one output channel each.
class ChannelRows {
 public:
  ChannelRows(const ir::Graph& graph, const ir::Op& op)
      : shape_(convolution_of(graph, op).value()), values_(graph.tensor(op.inputs.at(1)).values<std::int8_t>()) {}

  int channels() const { return shape_.out_ch; }
  int depth() const { return shape_.depth(); }
  /// Zero outside the channels and the depth.
  std::int8_t at(int channel, int element) const {
    if (channel >= channels() || element >= depth()) return 0;
    const int index = shape_.depthwise ? element * channels() + channel : channel * depth() + element;
    return values_[static_cast<std::size_t>(index)];
  }
  const std::vector<std::int8_t>& values() const { return values_; }

 private:
  Convolution shape_;
  std::vector<std::int8_t> values_;
};

/// `order`: which of four neighbouring elements come first.
std::vector<std::int8_t> packed_pairs(const ChannelRows& weights, const std::array<int, 4>& order) {
  std::vector<std::int8_t> packed;
  for (int channel = 0; channel < weights.channels(); channel += 2) {
    for (int base = 0; base < weights.depth(); base += 4) {
      for (const int element : order) {
        packed.push_back(weights.at(channel, base + element));
        packed.push_back(weights.at(channel + 1, base + element));
      }
    }
  }
  return packed;
}

std::vector<std::int8_t> channel_by_channel(const ChannelRows& weights) {
  std::vector<std::int8_t> packed;
  for (int channel = 0; channel < weights.channels(); ++channel) {
    for (int element = 0; element < weights.depth(); ++element) packed.push_back(weights.at(channel, element));
  }
  return packed;
}

}  // namespace

std::vector<std::int8_t> pack_weights(std::string_view layout, const ir::Graph& graph, const ir::Op& op) {
  const ChannelRows weights(graph, op);
  if (layout == "ohwi" || layout == "hwc") return weights.values();
  if (layout == "chw") return channel_by_channel(weights);
  if (layout == "pairs") return packed_pairs(weights, {0, 1, 2, 3});
  if (layout == "pairs_by_four") return packed_pairs(weights, {0, 2, 1, 3});
  fail("{}: there is no weight layout \"{}\"", graph.name, layout);
}

std::vector<std::int32_t> folded_bias(const ir::Graph& graph, const ir::Op& op) {
  const ChannelRows weights(graph, op);
  const int zero_point = graph.tensor(op.inputs[0]).zero_point();
  std::vector<std::int32_t> bias(static_cast<std::size_t>(weights.channels()), 0);
  if (op.inputs.at(2) != ir::no_tensor) bias = graph.tensor(op.inputs[2]).values<std::int32_t>();
  for (int channel = 0; channel < weights.channels(); ++channel) {
    std::int64_t sum = 0;
    for (int element = 0; element < weights.depth(); ++element) sum += weights.at(channel, element);
    // Wraps as the kernels' accumulators do.
    std::int32_t& value = bias[static_cast<std::size_t>(channel)];
    value = static_cast<std::int32_t>(static_cast<std::uint32_t>(value - zero_point * sum));
  }
  return bias;
}

std::vector<std::int64_t> accumulator_bounds(const ir::Graph& graph, const ir::Op& op) {
  const ChannelRows weights(graph, op);
  std::vector<std::int64_t> bounds;
  for (const std::int32_t bias : folded_bias(graph, op)) bounds.push_back(std::abs(std::int64_t{bias}));
  for (int channel = 0; channel < weights.channels(); ++channel) {
    for (int element = 0; element < weights.depth(); ++element) {
      bounds[static_cast<std::size_t>(channel)] += 128 * std::abs(weights.at(channel, element));
    }
  }
  return bounds;
}

}  // namespace thimble::target
