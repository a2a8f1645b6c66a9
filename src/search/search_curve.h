// search/search_curve.h
#pragma once

#include <span>
#include <vector>

#include "search/candidate.h"

namespace thimble::search {

/// How far a search has come: after each evaluation, the best fitness so far.
std::vector<double> best_so_far(std::span<const Candidate> candidates);

/// Several searches of one kind: after each evaluation, the mean, least and most of their curves. As long as the
/// shortest.
struct CurveBand {
  std::vector<double> mean, least, most;
};
CurveBand band_of(std::span<const std::vector<double>> curves);

}  // namespace thimble::search
