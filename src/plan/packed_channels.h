// plan/packed_channels.h
#pragma once

#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::plan {

/// Lets the SIMD convolutions of a plan keep a channel's bias and scales in two words instead of three: 4 bytes of
/// flash less for a few instructions more. Does nothing where a bias is too large for that.
void pack_channels(const ir::Graph& graph, Plan& plan);

}  // namespace thimble::plan
