// Ranking design spaces: statistics, limits, and what the papers report of the best spaces.
#include "search/space_ranking.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "search/statistics.h"
#include "target/board.h"

namespace thimble::search {
namespace {

constexpr std::int64_t kB = 1024;

RankingOptions quick_options() {
  RankingOptions options;
  options.samples = 40;
  options.most_tries = 400;
  options.limits.sram_bytes = 320 * kB;
  options.limits.flash_bytes = 1024 * kB;
  return options;
}

TEST(Statistics, OfNumbersThatCanBeCountedByHand) {
  const std::vector<double> values{1, 2, 3, 4, 10};
  EXPECT_EQ(mean_of(values), 4);
  EXPECT_EQ(percentile(values, 0.5), 3);
  EXPECT_EQ(percentile(values, 0.875), 7);
  EXPECT_EQ(percentile({}, 0.5), 0);
  data::Random random(1);
  const Interval interval = interval_of_mean(values, 1000, random);
  EXPECT_GT(interval.low, 1);
  EXPECT_LT(interval.low, 4);
  EXPECT_GT(interval.high, 4);
  EXPECT_LT(interval.high, 8);
}

TEST(SpaceRanking, DependsOnTheSeedAndNotOnThreads) {
  const DesignSpace space = design_space("small");
  RankingOptions options = quick_options();
  options.limits.sram_bytes = 16 * kB;
  options.limits.flash_bytes = 128 * kB;
  std::vector<std::vector<double>> macs;
  for (const unsigned threads : {1U, 3U}) {
    LayerTable table(target::board("stm32f412").core);
    options.threads = threads;
    macs.emplace_back();
    for (const SpaceRank& rank : rank_spaces(space, table, options))
      macs.back().insert(macs.back().end(), rank.macs.begin(), rank.macs.end());
  }
  EXPECT_EQ(macs[0], macs[1]);
}

TEST(SpaceRanking, CountsOnlyWhatFitsAndFlagsRareSpaces) {
  DesignSpace space = design_space("mcunet");
  space.resolutions = {96, 160, 224};
  space.widths = {0.3, 0.5, 1.0};
  LayerTable table(target::board("stm32f746").core);
  const std::vector<SpaceRank> ranks = rank_spaces(space, table, quick_options());
  ASSERT_EQ(ranks.size(), 9U);
  EXPECT_EQ(ranks.front().resolution, 160);
  EXPECT_EQ(ranks.front().width, 0.5);
  bool rare = false;
  double mean = ranks.front().mean_macs;
  for (const SpaceRank& rank : ranks) {
    EXPECT_TRUE(rank.macs.size() == 40 || rank.tries == 400);
    EXPECT_EQ(rank.is_rare, rank.acceptance() < 0.05);
    EXPECT_TRUE(rank.is_rare || !rare) << "those that are not ranked come last";
    if (rank.width == 1.0) {
      EXPECT_TRUE(rank.is_rare) << "1 MB does not hold them";
    }
    if (!rank.is_rare) {
      EXPECT_LE(rank.mean_macs, mean);
      EXPECT_LE(rank.interval.low, rank.mean_macs);
      EXPECT_GE(rank.interval.high, rank.mean_macs);
      mean = rank.mean_macs;
    }
    rare = rank.is_rare;
  }
}

// MCUNet: the best resolution rises with SRAM and not with flash, the best width with flash.
TEST(SpaceRanking, OfMoreMemoryIsAsThePapersReport) {
  const DesignSpace space = design_space("mcunet");
  LayerTable table(target::board("stm32f746").core);
  RankingOptions options;
  options.samples = 150;
  const std::vector<SampledSpace> sampled = sample_spaces(space, table, options);
  const std::vector<std::int64_t> srams{192, 256, 320, 384, 512};
  const std::vector<std::int64_t> flashes{512, 1024, 2048};
  std::vector<std::vector<BestSpace>> best;
  for (const std::int64_t sram : srams) {
    best.emplace_back();
    for (const std::int64_t flash : flashes) {
      best.back().push_back(best_space(sampled, sram * kB, flash * kB, 0.05));
      ASSERT_GT(best.back().back().resolution, 0);
    }
  }
  for (std::size_t row = 0; row < srams.size(); ++row)
    for (std::size_t column = 0; column < flashes.size(); ++column) {
      const BestSpace& here = best[row][column];
      if (row > 0) {
        EXPECT_GE(here.resolution, best[row - 1][column].resolution) << srams[row] << ", " << flashes[column];
      }
      if (column > 0) {
        EXPECT_LE(here.resolution, best[row][column - 1].resolution);
        EXPECT_GE(here.width, best[row][column - 1].width);
      }
    }
  for (std::size_t column = 0; column < flashes.size(); ++column)
    EXPECT_GT(best.back()[column].resolution, best.front()[column].resolution);
  for (const auto& row : best) EXPECT_GT(row.back().width, row.front().width);
}

}  // namespace
}  // namespace thimble::search
