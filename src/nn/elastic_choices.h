// nn/elastic_choices.h
#pragma once

#include <vector>

#include "data/random.h"
#include "ir/netconfig.h"

namespace thimble::nn {

/// A plain design space around a largest network: what each inverted residual block with an expansion may choose, and
/// how many blocks at the end of a stage may be missing. Spaces with rules of their own sample for themselves.
struct ElasticChoices {
  std::vector<int> kernels = {3, 5, 7};
  std::vector<double> expansions = {3, 4, 6};
  int least_depth = 1;           ///< Blocks a stage keeps. A stage is a block without shortcut and those after it.
  std::vector<int> resolutions;  ///< Empty: the largest network's.
};

/// A uniformly drawn sub-network, aligned (subnetwork.h). Choices above the largest network's count as that.
ir::NetConfig sampled(const ir::NetConfig& largest, const ElasticChoices& choices, data::Random& random);

/// The one with the least of every choice.
ir::NetConfig smallest(const ir::NetConfig& largest, const ElasticChoices& choices);

}  // namespace thimble::nn
