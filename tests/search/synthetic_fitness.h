// A landscape to search in without training.
#pragma once

#include <cstddef>

#include "search/genome.h"

namespace thimble::search::testing {

/// As accuracies are: more of everything helps, some of it more than other, and choices depend on each other.
inline double synthetic_fitness(const Genome& genome) {
  double sum = 0.002 * genome.resolution;
  for (std::size_t s = 0; s < genome.stages.size(); ++s) {
    for (std::size_t b = 0; b < genome.stages[s].size(); ++b) {
      const BlockGene& gene = genome.stages[s][b];
      const bool suits = (static_cast<std::size_t>(gene.kernel) + s + b) % 3 == 0;
      sum += 0.02 + 0.004 * gene.expansion + (suits ? 0.03 : 0);
      if (b > 0 && genome.stages[s][b - 1].kernel != gene.kernel) sum += 0.01;
    }
  }
  return sum;
}

}  // namespace thimble::search::testing
