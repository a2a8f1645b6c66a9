#include "search/accuracy_predictor.h"

#include <gtest/gtest.h>

#include "data/random.h"
#include "ir/netconfig_layers.h"
#include "search/statistics.h"
#include "search/variation.h"
#include "synthetic_fitness.h"

namespace thimble::search {
namespace {

std::vector<Candidate> measured(const DesignSpace& space, int count, std::uint64_t seed) {
  std::vector<Candidate> candidates;
  data::Random random(seed);
  for (int i = 0; i < count; ++i) {
    Candidate& candidate = candidates.emplace_back();
    candidate.genome = sample(space, random);
    candidate.cost.macs = ir::macs_of(network_of(space, candidate.genome));
    candidate.fitness = testing::synthetic_fitness(candidate.genome);
  }
  return candidates;
}

double rank_correlation_on(const std::vector<Candidate>& others, const AccuracyPredictor& predictor) {
  std::vector<double> fitness;
  std::vector<double> predicted;
  for (const Candidate& candidate : others) {
    fitness.push_back(candidate.fitness);
    predicted.push_back(predictor.predicted_fitness(candidate));
  }
  return rank_correlation(fitness, predicted);
}

TEST(AccuracyPredictor, RanksNetworksThatItHasNotSeen) {
  for (const char* name : {"small", "mcunet", "mcunetv2"}) {
    const DesignSpace space = design_space(name);
    const std::vector<Candidate> others = measured(space, 200, 99);
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      EXPECT_GT(rank_correlation_on(others, AccuracyPredictor(space, measured(space, 50, seed))), 0.4) << name;
      EXPECT_GT(rank_correlation_on(others, AccuracyPredictor(space, measured(space, 300, seed))), 0.8) << name;
    }
  }
}

TEST(AccuracyPredictor, DoesNotLookAtTheFitnessOfWhatItPredicts) {
  const DesignSpace space = design_space("small");
  const AccuracyPredictor predictor(space, measured(space, 50, 1));
  Candidate candidate = measured(space, 1, 7).front();
  const double expected = predictor.predicted_fitness(candidate);
  candidate.fitness = 1e6;
  EXPECT_EQ(predictor.predicted_fitness(candidate), expected);
}

TEST(AccuracyPredictor, WithoutCandidatesExpectsTheSameOfAll) {
  const DesignSpace space = design_space("small");
  for (const Candidate& candidate : measured(space, 5, 1))
    EXPECT_EQ(AccuracyPredictor(space, {}).predicted_fitness(candidate), 0);
}

}  // namespace
}  // namespace thimble::search
