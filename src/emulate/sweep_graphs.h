// emulate/sweep_graphs.h
#pragma once

#include <vector>

#include "ir/graph.h"

namespace thimble::emulate {

/// Graphs of one operator each, to fit costs to: for every operator that kernels run, shapes that make every loop of
/// its kernels run often, rarely and not at all. Channels and widths that no block divides, borders on each side or
/// none, strides, dilations, fused activations that clamp, broadcasts. Weights are random but fixed: the same graphs on
/// every machine.
std::vector<ir::Graph> sweep_graphs();

}  // namespace thimble::emulate
