#include "target/weight_layout.h"

#include <array>
#include <utility>

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

/// For each `group` output channels, for each four elements of the depth: `order` lists (channel, element) pairs.
template <std::size_t Count>
std::vector<std::int8_t> in_blocks(const Channels& channels, std::size_t group,
                                   const std::array<std::pair<int, int>, Count>& order) {
  std::vector<std::int8_t> packed;
  const std::size_t depth = channels.at(0).weights.size();
  for (std::size_t first = 0; first < channels.size(); first += group) {
    for (std::size_t base = 0; base < depth; base += 4) {
      for (const auto& [channel_offset, element_offset] : order) {
        const std::size_t channel = first + static_cast<std::size_t>(channel_offset);
        const std::size_t element = base + static_cast<std::size_t>(element_offset);
        const bool exists = channel < channels.size() && element < depth;
        packed.push_back(exists ? channels[channel].weights[element] : std::int8_t{0});
      }
    }
  }
  return packed;
}

constexpr std::array<std::pair<int, int>, 8> pairs_order{
    {{0, 0}, {1, 0}, {0, 2}, {1, 2}, {0, 1}, {1, 1}, {0, 3}, {1, 3}}};
constexpr std::array<std::pair<int, int>, 8> wide_pairs_order{
    {{0, 0}, {0, 2}, {1, 0}, {1, 2}, {0, 1}, {0, 3}, {1, 1}, {1, 3}}};
constexpr std::array<std::pair<int, int>, 16> fours_order{{{0, 0},
                                                           {0, 1},
                                                           {0, 2},
                                                           {0, 3},
                                                           {1, 0},
                                                           {1, 1},
                                                           {1, 2},
                                                           {1, 3},
                                                           {2, 0},
                                                           {2, 1},
                                                           {2, 2},
                                                           {2, 3},
                                                           {3, 0},
                                                           {3, 1},
                                                           {3, 2},
                                                           {3, 3}}};
constexpr std::array<std::pair<int, int>, 16> wide_fours_order{{{0, 0},
                                                                {0, 2},
                                                                {1, 0},
                                                                {1, 2},
                                                                {2, 0},
                                                                {2, 2},
                                                                {3, 0},
                                                                {3, 2},
                                                                {0, 1},
                                                                {0, 3},
                                                                {1, 1},
                                                                {1, 3},
                                                                {2, 1},
                                                                {2, 3},
                                                                {3, 1},
                                                                {3, 3}}};

}  // namespace

std::vector<std::int8_t> pack_weights(std::string_view layout, const Channels& channels) {
  if (layout == "ohwi" || layout == "chw") return channel_by_channel(channels);
  if (layout == "pairs_by_four") return in_blocks(channels, 2, pairs_order);
  if (layout == "wide_pairs_by_four") return in_blocks(channels, 2, wide_pairs_order);
  if (layout == "fours_by_four") return in_blocks(channels, 4, fours_order);
  if (layout == "wide_fours_by_four") return in_blocks(channels, 4, wide_fours_order);
  fail("there is no weight layout \"{}\"", layout);
}

bool is_wide(std::string_view layout) { return layout.starts_with("wide_"); }

std::int64_t packed_bytes(std::string_view layout, int channels, int depth) {
  const auto rounded_up = [](int count, int group) { return std::int64_t{(count + group - 1) / group} * group; };
  const std::int64_t element_bytes = is_wide(layout) ? 2 : 1;
  if (layout.ends_with("pairs_by_four")) return element_bytes * rounded_up(channels, 2) * rounded_up(depth, 4);
  if (layout.ends_with("fours_by_four")) return element_bytes * rounded_up(channels, 4) * rounded_up(depth, 4);
  return std::int64_t{channels} * depth;
}

}  // namespace thimble::target
