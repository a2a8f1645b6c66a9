// emulate/micronets_study.h
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cost/cost_table.h"
#include "target/board.h"

namespace thimble::emulate {

/// One layer, or one whole network.
struct StudyPoint {
  std::string_view type;  ///< random_networks.h: layer_type; empty for networks.
  double macs = 0;
  cost::Cost cost;
};

struct StudyNetworks {
  std::vector<StudyPoint> networks;
  std::vector<StudyPoint> layers;  ///< Of all networks.
};

enum class Backbone { image, audio };
std::string_view name_of(Backbone backbone);

/// Counts `count` random networks of a backbone on the emulated core of `board`, ten a firmware, each operator with its
/// default kernel. The finding that is put to the test (Banbury et al., MicroNets, arXiv 2010.11267, section 4): the
/// latency of whole networks sampled from one backbone is proportional to their operations, though that of single
/// layers is not.
StudyNetworks study_networks(Backbone backbone, int count, const target::Board& board);

/// y = slope * x + intercept in least squares, and how much of the variance of y it explains.
struct Line {
  double slope = 0, intercept = 0, r2 = 0;
};
Line fitted_line(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace thimble::emulate
