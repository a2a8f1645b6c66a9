// What searches share and show: known fitness, curves, fronts, rank correlation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "data/random.h"
#include "search/fitness_cache.h"
#include "search/pareto_front.h"
#include "search/search_curve.h"
#include "search/statistics.h"
#include "search/variation.h"

namespace thimble::search {
namespace {

using ::testing::ElementsAre;

TEST(FitnessCache, AsksOnceAlsoAfterAProcessThatWasKilled) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "fitness.jsonl";
  const DesignSpace space = design_space("small");
  data::Random random(1);
  const Genome a = sample(space, random);
  const Genome b = sample(space, random);
  int asked = 0;
  const Fitness measure = [&](const Genome&) { return 0.1 * ++asked; };
  {
    FitnessCache cache(file, {{"samples", 1000}});
    EXPECT_EQ(cache.fitness(a, measure), 0.1);
    EXPECT_EQ(cache.fitness(b, measure), 0.2);
    EXPECT_EQ(cache.fitness(a, measure), 0.1);
  }
  const std::string text = read_text(file);
  write_text(file, text.substr(0, text.size() - 3));
  FitnessCache cache(file, {{"samples", 1000}});
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_EQ(cache.fitness(a, measure), 0.1);
  EXPECT_EQ(asked, 2);
  EXPECT_THROW(FitnessCache(file, {{"samples", 500}}), Error);
}

TEST(SearchCurve, IsTheBestSoFar) {
  std::vector<Candidate> candidates(4);
  candidates[0].fitness = 2;
  candidates[1].fitness = 1;
  candidates[2].fitness = 3;
  candidates[3].fitness = 3;
  EXPECT_THAT(best_so_far(candidates), ElementsAre(2, 2, 3, 3));
}

TEST(SearchCurve, BandsAreAsLongAsTheShortest) {
  const std::vector<std::vector<double>> curves{{1, 2, 3}, {3, 4}};
  const CurveBand band = band_of(curves);
  EXPECT_THAT(band.mean, ElementsAre(2, 3));
  EXPECT_THAT(band.least, ElementsAre(1, 2));
  EXPECT_THAT(band.most, ElementsAre(3, 4));
}

TEST(ParetoFront, HoldsWhatNoOtherBeatsInEverything) {
  const std::vector<FrontPoint> points{{0.9, {10, 5}}, {0.9, {12, 5}}, {0.8, {12, 4}}, {0.7, {13, 6}}, {0.9, {10, 5}}};
  EXPECT_THAT(on_front(points), ElementsAre(true, false, true, false, true));
}

TEST(Statistics, RankCorrelationSeesOrderAlone) {
  const std::vector<double> rising{1, 2, 3, 4};
  EXPECT_DOUBLE_EQ(rank_correlation(rising, std::vector<double>{1, 10, 100, 101}), 1);
  EXPECT_DOUBLE_EQ(rank_correlation(rising, std::vector<double>{4, 3, 2, 1}), -1);
  EXPECT_DOUBLE_EQ(rank_correlation(rising, std::vector<double>{5, 5, 5, 5}), 0);
  EXPECT_DOUBLE_EQ(rank_correlation(rising, std::vector<double>{1, 2, 2, 3}), 0.9486832980505138);
}

}  // namespace
}  // namespace thimble::search
