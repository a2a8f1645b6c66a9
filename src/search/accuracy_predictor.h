// search/accuracy_predictor.h
#pragma once

#include <span>
#include <vector>

#include "search/candidate.h"
#include "search/design_space.h"

namespace thimble::search {

/// A guess at the fitness of networks that nobody has measured, learned from those that were: ridge regression on the
/// choices of the genome, each a feature that is there or not, and the logarithm of the MACs. It chooses which networks
/// are worth a measurement, and is never taken for one.
///
/// A linear model of a few hundred candidates is fitted in a millisecond, has nothing to tune, and depends on nothing
/// but its candidates.
class AccuracyPredictor {
 public:
  /// @param measured Candidates of `space` with their fitness; without any, all predictions are 0.
  AccuracyPredictor(const DesignSpace& space, std::span<const Candidate> measured);

  /// Of a candidate's genome and MACs; its fitness is not looked at.
  double predicted_fitness(const Candidate& candidate) const;

 private:
  /// 1 for each choice that the genome makes, and the logarithm of the MACs.
  std::vector<double> features_of(const Candidate& candidate) const;

  DesignSpace space_;
  double mean_fitness_ = 0;
  std::vector<double> mean_features_;
  std::vector<double> weights_;
};

}  // namespace thimble::search
