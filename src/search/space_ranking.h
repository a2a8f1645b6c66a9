// search/space_ranking.h
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "search/design_space.h"
#include "search/layer_table.h"
#include "search/limits.h"
#include "search/statistics.h"

namespace thimble::search {

/// Stage 1 of TinyNAS (MCUNet, arXiv 2007.10319, section 3.1): of all pairs of a resolution and a width, which makes
/// the best design space for a board? No network is trained. Those that fit the board are compared by their MACs: of
/// networks of one family, more MACs is more capacity, and the space whose fitting networks have most on average wins.

struct RankingOptions {
  Planner planner = Planner::tinyengine;
  bool input_by_rows = false;
  Limits limits;
  int samples = 1000;       ///< Networks that fit, of each space.
  int most_tries = 20'000;  ///< That may be drawn to find them.
  double least_acceptance = 0.05;
  std::uint64_t seed = 1;
  unsigned threads = 1;
};

/// One pair of a resolution and a width.
struct SpaceRank {
  int resolution = 0;
  double width = 1;
  int tries = 0;
  std::vector<double> macs;  ///< Of the networks that fit, ascending.
  double mean_macs = 0;
  Interval interval;  ///< Of the mean, 95 %.
  double percentile_80 = 0;
  bool is_rare = false;  ///< Fewer than `least_acceptance` of the networks fit: not ranked.

  double acceptance() const { return tries == 0 ? 0 : static_cast<double>(macs.size()) / tries; }
};

/// Told after each space, from any thread but one at a time.
using SpaceDone = std::function<void(const SpaceRank&)>;

/// All spaces, the best first and those that are not ranked last. Depends on the seed and not on the threads.
std::vector<SpaceRank> rank_spaces(const DesignSpace& space, LayerTable& table, const RankingOptions& options,
                                   const SpaceDone& done = {});

/// What of a network decides where it fits.
struct SampledNetwork {
  std::int64_t sram_bytes = 0;
  std::int64_t flash_bytes = 0;
  double macs = 0;
};

/// Networks of one pair of a resolution and a width, drawn once to be filtered for many boards.
struct SampledSpace {
  int resolution = 0;
  double width = 1;
  std::vector<SampledNetwork> networks;
};

/// `options.samples` networks of each space, whatever they need; limits on MACs and cycles do apply.
std::vector<SampledSpace> sample_spaces(const DesignSpace& space, LayerTable& table, const RankingOptions& options,
                                        const std::function<void()>& done = {});

/// The best space for a board with these memories.
struct BestSpace {
  std::int64_t sram_bytes = 0;
  std::int64_t flash_bytes = 0;
  int resolution = 0;  ///< 0: no space has enough networks that fit.
  double width = 0;
  double mean_macs = 0;
};
BestSpace best_space(const std::vector<SampledSpace>& spaces, std::int64_t sram_bytes, std::int64_t flash_bytes,
                     double least_acceptance);

}  // namespace thimble::search
