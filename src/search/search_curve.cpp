#include "search/search_curve.h"

#include <algorithm>
#include <cstddef>

#include "search/statistics.h"

namespace thimble::search {

std::vector<double> best_so_far(std::span<const Candidate> candidates) {
  std::vector<double> curve;
  for (const Candidate& candidate : candidates)
    curve.push_back(curve.empty() ? candidate.fitness : std::max(curve.back(), candidate.fitness));
  return curve;
}

CurveBand band_of(std::span<const std::vector<double>> curves) {
  CurveBand band;
  if (curves.empty()) return band;
  const std::size_t length = std::ranges::min(curves, {}, &std::vector<double>::size).size();
  for (std::size_t i = 0; i < length; ++i) {
    std::vector<double> values;
    for (const std::vector<double>& curve : curves) values.push_back(curve[i]);
    band.mean.push_back(mean_of(values));
    band.least.push_back(std::ranges::min(values));
    band.most.push_back(std::ranges::max(values));
  }
  return band;
}

}  // namespace thimble::search
