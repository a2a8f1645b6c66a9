// train/space_networks.h
#pragma once

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

/// Sub-networks of the space, drawn uniformly from those that keep the limits, so that training goes where the search
/// will. After 100 that do not, one that does not is taken. `space` must outlive this.
SubnetworkSource subnetworks_of(const search::DesignSpace& space, search::CandidateCost cost,
                                const search::Limits& limits);

}  // namespace thimble::train
