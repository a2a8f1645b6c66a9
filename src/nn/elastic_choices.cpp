#include "nn/elastic_choices.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace thimble::nn {

namespace {

/// Chooses an index below the count.
using Choose = std::function<std::size_t(std::size_t count)>;

std::vector<bool> missing_blocks(const ir::NetConfig& largest, int least_depth, const Choose& choose) {
  std::vector<bool> missing(largest.blocks.size(), false);
  for (std::size_t begin = 0; begin < missing.size();) {
    std::size_t end = begin + 1;
    while (end < missing.size() && largest.blocks[end].shortcut) ++end;
    const auto least = std::min(end - begin, static_cast<std::size_t>(std::max(1, least_depth)));
    const std::size_t depth = least + choose(end - begin - least + 1);
    std::fill(missing.begin() + static_cast<std::ptrdiff_t>(begin + depth),
              missing.begin() + static_cast<std::ptrdiff_t>(end), true);
    begin = end;
  }
  return missing;
}

void shrink(ir::MobileInvertedConv& conv, const ElasticChoices& choices, const Choose& choose) {
  if (!choices.kernels.empty()) {
    conv.kernel_size = std::min(conv.kernel_size, choices.kernels[choose(choices.kernels.size())]);
  }
  if (!conv.expands() || choices.expansions.empty()) return;
  const double expansion = choices.expansions[choose(choices.expansions.size())];
  const int middle = std::min(conv.middle(), static_cast<int>(std::lround(conv.in_channels * expansion)));
  conv.mid_channels = middle;
  conv.expand_ratio = static_cast<double>(middle) / conv.in_channels;
}

ir::NetConfig chosen(const ir::NetConfig& largest, const ElasticChoices& choices, const Choose& choose) {
  ir::NetConfig config = largest;
  if (!choices.resolutions.empty()) {
    config.resolution = std::min(largest.resolution, choices.resolutions[choose(choices.resolutions.size())]);
  }
  const std::vector<bool> missing = missing_blocks(largest, choices.least_depth, choose);
  for (std::size_t i = 0; i < missing.size(); ++i) {
    ir::Block& block = config.blocks[i];
    if (missing[i]) block = {ir::SkippedBlock{}, false};
    if (auto* conv = std::get_if<ir::MobileInvertedConv>(&block.body)) shrink(*conv, choices, choose);
  }
  return config;
}

}  // namespace

ir::NetConfig sampled(const ir::NetConfig& largest, const ElasticChoices& choices, data::Random& random) {
  return chosen(largest, choices,
                [&](std::size_t count) { return std::size_t{random.below(static_cast<std::uint32_t>(count))}; });
}

ir::NetConfig smallest(const ir::NetConfig& largest, const ElasticChoices& choices) {
  ElasticChoices ascending = choices;
  std::sort(ascending.kernels.begin(), ascending.kernels.end());
  std::sort(ascending.expansions.begin(), ascending.expansions.end());
  std::sort(ascending.resolutions.begin(), ascending.resolutions.end());
  return chosen(largest, ascending, [](std::size_t) { return std::size_t{0}; });
}

}  // namespace thimble::nn
