// search/planning_graph.h
#pragma once

#include "ir/graph.h"
#include "ir/netconfig.h"
#include "ir/netconfig_layers.h"

namespace thimble::search {

/// The int8 graph of a network that nobody has trained yet: shapes as they will be, weights of zero, and scales such as
/// calibration finds. Enough to choose kernels, to plan and to predict. The trained network's plan differs at most
/// where a kernel depends on trained scales, which change its time and not its memory.
ir::Graph planning_graph(const ir::NetConfig& network);

/// The same of one layer by itself: an operator, or two for a hard sigmoid.
ir::Graph layer_graph(const ir::NetLayer& layer);

}  // namespace thimble::search
