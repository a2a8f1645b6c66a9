// search/fitness_cache.h
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>

#include "base/json.h"
#include "search/candidate.h"
#include "search/line_log.h"

namespace thimble::search {

/// What is known of the fitness of networks, whoever asked first: with one set of weights, an accuracy does not depend
/// on the board, the planner or the kind of search, so all searches of a run share these. A file of lines
/// {"genome", "fitness"}; a killed process loses one evaluation.
class FitnessCache {
 public:
  /// Kept in memory only.
  FitnessCache() = default;

  /// Opens or makes the file. `measure` says how fitness is measured: a file with another one is refused.
  FitnessCache(const std::filesystem::path& file, const Json& measure);

  /// The fitness, asked of `measure` if it is not known.
  double fitness(const Genome& genome, const Fitness& measure);

  std::size_t size() const { return fitness_.size(); }

 private:
  std::map<Genome, double> fitness_;
  LineLog lines_;
};

}  // namespace thimble::search
