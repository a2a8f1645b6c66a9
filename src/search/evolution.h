// search/evolution.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "search/candidate.h"
#include "search/candidate_log.h"
#include "search/design_space.h"
#include "search/limits.h"

namespace thimble::search {

/// Stage 2 of TinyNAS: evolution under hard constraints (MCUNet, arXiv 2007.10319, section 3.1). Memory, time and
/// energy come from the planner, for each candidate with the schedule that suits it, so that architecture and schedule
/// are searched together.

struct EvolutionOptions {
  int population = 100;  ///< Of the first generation.
  int parents = 20;      ///< The best so far, from which each further generation comes.
  int crossovers = 50;
  int mutations = 50;
  double mutation_probability = 0.1;
  /// Of so many crossovers or mutations, the one that a predictor fitted on the generations before
  /// (accuracy_predictor.h) expects most of is measured. 1: no predictor.
  int proposals = 1;
  int generations = 30;
  Limits limits;
  /// Random networks that are drawn for one that keeps the limits. Of a crossover or mutation a hundredth as many:
  /// then a random one takes its place.
  int most_tries = 100'000;
  std::uint64_t seed = 1;
};

/// The options as the first line of a log; with `kind` "evolution" or "random". All but the number of generations, of
/// which a search that goes on may have more.
Json search_json(const DesignSpace& space, const EvolutionOptions& options, const std::string& kind);

struct SearchResult {
  std::vector<Candidate> candidates;  ///< All different ones, in the order in which they were looked at.
  bool finished = true;               ///< False if `stop` ended it.

  /// The `count` best, the best first; of equals the one that was found first.
  std::vector<Candidate> best(std::size_t count) const;
};

/// What a search asks of the world.
struct SearchCallbacks {
  CandidateCost cost;
  Fitness fitness;
  std::function<bool()> stop;  ///< Asked before each evaluation; may be empty.
  std::function<void(const Candidate&)>
      found;  ///< Told of each new candidate, known from the log or not; may be empty.
};

/// Evolves. All candidates keep the limits, and no network is looked at twice. The result depends on the seed alone.
/// @throws Error with exit code 1 if no network that keeps the limits is found.
SearchResult evolve(const DesignSpace& space, const EvolutionOptions& options, const SearchCallbacks& callbacks,
                    CandidateLog& log);

/// The control: so many random networks that keep the limits.
SearchResult search_randomly(const DesignSpace& space, const EvolutionOptions& options, std::size_t evaluations,
                             const SearchCallbacks& callbacks, CandidateLog& log);

}  // namespace thimble::search
