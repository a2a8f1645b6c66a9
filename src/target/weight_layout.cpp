#include "target/weight_layout.h"

#include "base/error.h"

namespace thimble::target {

namespace {

using Channels = std::vector<ConvChannel>;

std::vector<std::int8_t> channel_by_channel(const Channels& channels) {
  std::vector<std::int8_t> packed;
  for (const ConvChannel& channel : channels) {
    packed.insert(packed.end(), channel.weights.begin(), channel.weights.end());
  }
  return packed;
}

std::vector<std::int8_t> element_by_element(const Channels& channels) {
  std::vector<std::int8_t> packed;
  for (std::size_t i = 0; i < channels.at(0).weights.size(); ++i) {
    for (const ConvChannel& channel : channels) packed.push_back(channel.weights[i]);
  }
  return packed;
}

std::vector<std::int8_t> in_pairs_by_four(const Channels& channels) {
  const auto weight = [&](std::size_t channel, std::size_t element) -> std::int8_t {
    if (channel >= channels.size() || element >= channels[channel].weights.size()) return 0;
    return channels[channel].weights[element];
  };
  std::vector<std::int8_t> packed;
  for (std::size_t channel = 0; channel < channels.size(); channel += 2) {
    for (std::size_t base = 0; base < channels[channel].weights.size(); base += 4) {
      for (const std::size_t element : {0, 2, 1, 3}) {
        packed.push_back(weight(channel, base + element));
        packed.push_back(weight(channel + 1, base + element));
      }
    }
  }
  return packed;
}

}  // namespace

std::vector<std::int8_t> pack_weights(std::string_view layout, const Channels& channels) {
  if (layout == "ohwi" || layout == "chw") return channel_by_channel(channels);
  if (layout == "hwc") return element_by_element(channels);
  if (layout == "pairs_by_four") return in_pairs_by_four(channels);
  fail("there is no weight layout \"{}\"", layout);
}

}  // namespace thimble::target
