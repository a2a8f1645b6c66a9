// nn/subnetwork.h
#pragma once

#include "ir/netconfig.h"

namespace thimble::nn {

/// A sub-network of a supernet is a NetConfig that fits into the largest network: the same blocks in the same order
/// with the same strides and activations; kernels, expansions and widths at most as large;
/// squeeze-and-excite missing; and blocks missing where the largest network's have a shortcut. Its resolution is at
/// most the largest network's.
///
/// The functions here give and take aligned sub-networks: with a SkippedBlock for each missing block, so that block i
/// is block i of the largest network.

/// Aligns a sub-network. One that has as many blocks as the largest network is taken as it is. Otherwise a missing
/// block is taken to be as late as possible, as the last of its stage, where the shapes leave a choice; where two
/// stages have equal shapes, give the skipped blocks.
/// @throws Error naming what does not fit.
ir::NetConfig aligned(const ir::NetConfig& largest, const ir::NetConfig& subnetwork);

/// Without the skipped blocks: the network as a file of its own.
ir::NetConfig without_skipped(ir::NetConfig config);

/// Which choices are open: progressive shrinking opens them one after another.
enum class Elastic {
  kernel,  ///< Kernels and resolution only.
  depth,   ///< Missing blocks too.
  all,     ///< Expansions and widths too.
};

/// An aligned sub-network with the choices that are not open yet made as in the largest network.
ir::NetConfig restricted(const ir::NetConfig& largest, const ir::NetConfig& subnetwork, Elastic open);

}  // namespace thimble::nn
