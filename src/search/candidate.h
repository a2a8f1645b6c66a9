// search/candidate.h
#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "search/design_space.h"
#include "search/genome.h"
#include "search/layer_table.h"
#include "search/network_cost.h"

namespace thimble::search {

/// How a candidate came to be.
enum class Origin { random, crossover, mutation };

/// A network that a search has looked at.
struct Candidate {
  Genome genome;
  NetworkCost cost;
  double fitness = 0;  ///< Accuracy on held-back data; larger is better.
  int generation = 0;  ///< 0: the first population.
  Origin origin = Origin::random;
};

/// What a network needs. Must depend on the genome alone.
using CandidateCost = std::function<NetworkCost(const Genome&)>;

/// How good a network is. Must depend on the genome alone, and be finite: searches ask once for each genome.
using Fitness = std::function<double(const Genome&)>;

/// The cost of networks of a space by network_cost.h. Both references must stay valid.
CandidateCost planned_cost(const DesignSpace& space, LayerTable& table, const CostOptions& options);

/// How its memory is planned: "layers", "2 streams", "3x3 patches to operator 14".
std::string mode_of(const NetworkCost& cost);

/// {"generation", "origin", "genome", "sram", "flash", "macs", "executed_macs", "cycles", "mode", "fitness"}
Json to_json(const Candidate& candidate);
/// @throws Error naming `source`.
Candidate parse_candidate(const Json& json, const std::string& source);

}  // namespace thimble::search
