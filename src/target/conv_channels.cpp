#include "target/conv_channels.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "ir/partial_sums.h"
#include "reference/parameters.h"
#include "target/convolution.h"

namespace thimble::target {

namespace {

constexpr std::int64_t least_int32 = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t greatest_int32 = std::numeric_limits<std::int32_t>::max();

std::vector<std::int8_t> weights_of_channel(const std::vector<std::int8_t>& all, const Convolution& c, int channel) {
  std::vector<std::int8_t> weights;
  for (int i = 0; i < c.depth(); ++i) {
    const int index = c.depthwise ? i * c.out_ch + channel : channel * c.depth() + i;
    weights.push_back(all[static_cast<std::size_t>(index)]);
  }
  return weights;
}

/// By what the products of weights with any inputs add up to.
void widen_bounds(ConvChannel& channel, const std::vector<std::int8_t>& weights) {
  for (const int weight : weights) {
    channel.least += std::min(weight * -128, weight * 127);
    channel.greatest += std::max(weight * -128, weight * 127);
  }
}

void bound(ConvChannel& channel) {
  channel.least = channel.greatest = channel.bias;
  widen_bounds(channel, channel.weights);
}

/// The output, less its zero point, if no input changes it. Requantization is monotone, so its bounds tell.
std::optional<std::int32_t> settled_output(const ConvChannel& channel, int zero_point) {
  if (channel.factor.multiplier == 0) return 0;
  if (channel.least < least_int32 || channel.greatest > greatest_int32) return std::nullopt;
  if (channel.factor.shift > 0) return std::nullopt;  // May wrap.
  const auto output = [&](std::int64_t acc) {
    const std::int64_t scaled = ir::requantize(static_cast<std::int32_t>(acc), channel.factor, channel.rounding);
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(scaled + zero_point, -128, 127)) - zero_point;
  };
  const std::int32_t at_least = output(channel.least);
  return at_least == output(channel.greatest) ? std::optional(at_least) : std::nullopt;
}

/// Of packed_bias.
constexpr int shift_bits = 5;

/// The least right shift that is requantized fast.
constexpr int least_shift = 2;

/// requantize(8 * output, 2^30 * 2^(-2 - 31)) is the output: an eighth, without rounding.
void settle(ConvChannel& channel, std::int32_t output) {
  std::ranges::fill(channel.weights, std::int8_t{0});
  channel.bias = 8 * output;
  channel.factor = {1 << 30, -least_shift};
}

void make_positive(ConvChannel& channel) {
  const bool negatable = std::ranges::find(channel.weights, std::int8_t{-128}) == channel.weights.end() &&
                         channel.bias != least_int32 && channel.factor.multiplier != least_int32;
  if (channel.factor.multiplier >= 0 || !negatable) return;
  for (std::int8_t& weight : channel.weights) weight = static_cast<std::int8_t>(-weight);
  channel.bias = -channel.bias;
  channel.factor.multiplier = -channel.factor.multiplier;
}

}  // namespace

bool ConvChannel::requantizes_fast() const {
  constexpr std::int64_t limit = std::int64_t{1} << 30;
  if (least <= -limit || greatest >= limit || factor.multiplier < 0) return false;
  if (factor.shift > -least_shift || factor.shift < -22) return false;
  if (rounding == ir::Rounding::once || factor.shift >= -12) return true;
  const std::int64_t most = std::max(-least, greatest);
  return (most * factor.multiplier >> 31) + 1 < std::int64_t{1} << (32 + factor.shift);
}

std::array<std::int32_t, 2> ConvChannel::scales() const {
  if (rounding == ir::Rounding::once) return {factor.multiplier, -1 - factor.shift};
  const auto twice = static_cast<std::uint32_t>(factor.multiplier) * 2;
  return {static_cast<std::int32_t>(twice), (1 << (32 + factor.shift)) + 1};
}

std::int32_t ConvChannel::packed_bias() const {
  const int shift = rounding == ir::Rounding::once ? -1 - factor.shift : 32 + factor.shift;
  return bias * (1 << shift_bits) + shift;
}

bool ConvChannel::packs() const {
  constexpr std::int32_t limit = 1 << (31 - shift_bits);
  return bias >= -limit && bias < limit;
}

std::vector<Outlier> take_outliers(std::vector<ConvChannel>& channels) {
  std::vector<Outlier> outliers;
  for (std::size_t o = 0; o < channels.size(); ++o) {
    if (channels[o].requantizes_fast()) continue;
    outliers.push_back({static_cast<int>(o), channels[o].factor, channels[o].bias});
    channels[o].bias = 0;
    channels[o].factor = {0, -least_shift};
  }
  return outliers;
}

namespace {

/// Of one that only adds up products: weights alone.
std::vector<ConvChannel> channels_of_sums(const ir::Graph& graph, const ir::Op& op) {
  const Convolution c = convolution_of(graph, op).value();
  const auto weights = graph.tensor(op.inputs.at(1)).values<std::int8_t>();
  std::vector<ConvChannel> channels;
  for (int o = 0; o < c.out_ch; ++o) channels.push_back({weights_of_channel(weights, c, o), 0, {}, 0, 0});
  return channels;
}

/// Of the last convolution of a chain: its weights and bias as they are, because what came before is added to them. The
/// accumulators' bounds are those of all groups of input channels, or none if a group is not known.
std::vector<ConvChannel> channels_of_last(const ir::Graph& graph, const ir::Op& op) {
  std::vector<ConvChannel> channels = channels_of_sums(graph, op);
  const auto factors = reference::channel_factors(graph, op);
  std::vector<std::int32_t> biases(channels.size(), 0);
  if (op.inputs.at(2) != ir::no_tensor) biases = graph.tensor(op.inputs[2]).values<std::int32_t>();
  const std::vector<const ir::Op*> chain = ir::chain_to(graph, op);
  for (std::size_t o = 0; o < channels.size(); ++o) {
    ConvChannel& channel = channels[o];
    channel.bias = biases[o];
    channel.factor = factors[o];
    channel.rounding = graph.rounding;
    channel.least = chain.empty() ? least_int32 : channel.bias;
    channel.greatest = chain.empty() ? greatest_int32 : channel.bias;
  }
  for (const ir::Op* group : chain) {
    const std::vector<ConvChannel> products = channels_of_sums(graph, *group);
    for (std::size_t o = 0; o < channels.size(); ++o) widen_bounds(channels[o], products[o].weights);
  }
  return channels;
}

}  // namespace

std::vector<ConvChannel> conv_channels(const ir::Graph& graph, const ir::Op& op) {
  if (ir::makes_sums(graph, op)) return channels_of_sums(graph, op);
  if (ir::takes_sums(op)) return channels_of_last(graph, op);
  const Convolution c = convolution_of(graph, op).value();
  const int in_zero_point = graph.tensor(op.inputs[0]).zero_point();
  const int out_zero_point = graph.tensor(op.outputs.at(0)).zero_point();
  const auto weights = graph.tensor(op.inputs.at(1)).values<std::int8_t>();
  const auto factors = reference::channel_factors(graph, op);
  std::vector<std::int32_t> biases(factors.size(), 0);
  if (op.inputs.at(2) != ir::no_tensor) biases = graph.tensor(op.inputs[2]).values<std::int32_t>();

  std::vector<ConvChannel> channels;
  for (int o = 0; o < c.out_ch; ++o) {
    const auto index = static_cast<std::size_t>(o);
    ConvChannel channel{weights_of_channel(weights, c, o), 0, factors[index], 0, 0, graph.rounding};
    std::int64_t sum = 0;
    for (const std::int8_t weight : channel.weights) sum += weight;
    // Wraps as the accumulators of kernels do.
    channel.bias = static_cast<std::int32_t>(static_cast<std::uint32_t>(biases[index] - in_zero_point * sum));
    bound(channel);
    if (const auto output = settled_output(channel, out_zero_point)) settle(channel, *output);
    make_positive(channel);
    bound(channel);
    channels.push_back(std::move(channel));
  }
  return channels;
}

int outlier_count(const ir::Graph& graph, const ir::Op& op) {
  const std::vector<ConvChannel> channels = conv_channels(graph, op);
  return static_cast<int>(
      std::ranges::count_if(channels, [](const ConvChannel& channel) { return !channel.requantizes_fast(); }));
}

}  // namespace thimble::target
