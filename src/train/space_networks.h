// train/space_networks.h
#pragma once

#include <vector>

#include "search/candidate.h"
#include "search/genome.h"
#include "search/limits.h"
#include "train/supernet_training.h"

namespace thimble::train {

/// The largest network of a design space: what its supernet is described by.
ir::NetConfig largest_network(const search::DesignSpace& space);

/// A network of the space as a sub-network of the largest, aligned (nn/subnetwork.h): the genome says which blocks of
/// which stage it has.
ir::NetConfig subnetwork_of(const search::DesignSpace& space, const search::Genome& genome);

/// Networks for one board: those of `space`, a part of the supernet's, that keep the limits.
struct NetworkPool {
  search::DesignSpace space;
  search::CandidateCost cost;
  search::Limits limits;
};

/// Sub-networks of a supernet's space: from a pool that is drawn, one that is drawn uniformly from those that keep its
/// limits, so that training goes where the searches will. After 100 that do not, one that does not is taken.
SubnetworkSource subnetworks_of(const search::DesignSpace& space, std::vector<NetworkPool> pools);

}  // namespace thimble::train
