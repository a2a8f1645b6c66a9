#include "search/space_ranking.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <mutex>
#include <utility>

#include "base/parallel.h"
#include "data/random.h"
#include "ir/netconfig_layers.h"
#include "search/genome.h"
#include "search/variation.h"

namespace thimble::search {

namespace {

constexpr int bootstrap_draws = 400;

/// The spaces of one resolution and one width each.
std::vector<DesignSpace> single_spaces(const DesignSpace& space) {
  std::vector<DesignSpace> singles;
  for (const int resolution : space.resolutions)
    for (const double width : space.widths) singles.push_back(restricted(space, resolution, width));
  return singles;
}

NetworkCost any_network(const DesignSpace& space, LayerTable& table, const RankingOptions& options,
                        data::Random& random) {
  const std::vector<ir::NetLayer> layers = ir::layers_of(network_of(space, sample(space, random)));
  const Limits& limits = options.limits;
  return cost_of(
      layers, table,
      {options.planner, options.input_by_rows, limits.sram_bytes, limits.flash_bytes, limits.macs, limits.cycles});
}

SpaceRank rank_of(const DesignSpace& space, LayerTable& table, const RankingOptions& options, std::uint64_t seed) {
  data::Random random(seed);
  SpaceRank rank;
  rank.resolution = space.resolutions.front();
  rank.width = space.widths.front();
  while (rank.tries < options.most_tries && static_cast<int>(rank.macs.size()) < options.samples) {
    ++rank.tries;
    const NetworkCost cost = any_network(space, table, options, random);
    if (fits(cost, options.limits)) rank.macs.push_back(static_cast<double>(cost.macs));
  }
  std::ranges::sort(rank.macs);
  rank.mean_macs = mean_of(rank.macs);
  rank.interval = interval_of_mean(rank.macs, bootstrap_draws, random);
  rank.percentile_80 = percentile(rank.macs, 0.8);
  rank.is_rare = rank.acceptance() < options.least_acceptance;
  return rank;
}

}  // namespace

std::vector<SpaceRank> rank_spaces(const DesignSpace& space, LayerTable& table, const RankingOptions& options,
                                   const SpaceDone& done) {
  const std::vector<DesignSpace> singles = single_spaces(space);
  std::vector<SpaceRank> ranks(singles.size());
  std::mutex mutex;
  parallel_for(singles.size(), options.threads, [&](std::size_t i) {
    ranks[i] = rank_of(singles[i], table, options, data::seed_for(options.seed, i));
    const std::lock_guard lock(mutex);
    if (done) done(ranks[i]);
  });
  std::ranges::stable_sort(ranks, [](const SpaceRank& a, const SpaceRank& b) {
    return std::pair(!a.is_rare, a.mean_macs) > std::pair(!b.is_rare, b.mean_macs);
  });
  return ranks;
}

std::vector<SampledSpace> sample_spaces(const DesignSpace& space, LayerTable& table, const RankingOptions& options,
                                        const std::function<void()>& done) {
  const std::vector<DesignSpace> singles = single_spaces(space);
  std::vector<SampledSpace> sampled(singles.size());
  RankingOptions unlimited = options;
  unlimited.limits.sram_bytes = unlimited.limits.flash_bytes = 0;
  std::mutex mutex;
  parallel_for(singles.size(), options.threads, [&](std::size_t i) {
    data::Random random(data::seed_for(options.seed, i));
    SampledSpace& here = sampled[i];
    here.resolution = singles[i].resolutions.front();
    here.width = singles[i].widths.front();
    for (int n = 0; n < options.samples; ++n) {
      const NetworkCost cost = any_network(singles[i], table, unlimited, random);
      // What exceeds the other limits counts as drawn, and fits nowhere.
      const bool is_possible = fits(cost, unlimited.limits);
      here.networks.push_back({is_possible ? cost.sram_bytes : std::numeric_limits<std::int64_t>::max(),
                               cost.flash_bytes, static_cast<double>(cost.macs)});
    }
    const std::lock_guard lock(mutex);
    if (done) done();
  });
  return sampled;
}

BestSpace best_space(const std::vector<SampledSpace>& spaces, std::int64_t sram_bytes, std::int64_t flash_bytes,
                     double least_acceptance) {
  BestSpace best{sram_bytes, flash_bytes};
  for (const SampledSpace& space : spaces) {
    double sum = 0;
    std::size_t accepted = 0;
    for (const SampledNetwork& network : space.networks) {
      if (network.sram_bytes > sram_bytes || network.flash_bytes > flash_bytes) continue;
      sum += network.macs;
      ++accepted;
    }
    const double share = static_cast<double>(accepted) / static_cast<double>(space.networks.size());
    if (accepted == 0 || share < least_acceptance) continue;
    const double mean = sum / static_cast<double>(accepted);
    if (mean <= best.mean_macs) continue;
    best.resolution = space.resolution;
    best.width = space.width;
    best.mean_macs = mean;
  }
  return best;
}

}  // namespace thimble::search
