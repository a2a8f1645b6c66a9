// train/space_networks.h
#pragma once

#include "search/genome.h"
#include "train/supernet_training.h"

namespace thimble::train {

/// The largest network of a design space: what its supernet is described by.
ir::NetConfig largest_network(const search::DesignSpace& space);

/// A network of the space as a sub-network of the largest, aligned (nn/subnetwork.h): the genome says which blocks of
/// which stage it has.
ir::NetConfig subnetwork_of(const search::DesignSpace& space, const search::Genome& genome);

/// Uniformly drawn sub-networks of the space, which must outlive this.
SubnetworkSource subnetworks_of(const search::DesignSpace& space);

}  // namespace thimble::train
