// search/planning_graph.h
#pragma once

#include "ir/graph.h"
#include "ir/netconfig.h"

namespace thimble::search {

/// The int8 graph of a network that nobody has trained yet: shapes as they will be, weights of zero, and scales such as
/// calibration finds. Enough to choose kernels, to plan and to predict; the plan is the one that the trained network
/// gets, but for kernels that depend on trained scales. (Those with the same memory: an addition's.)
ir::Graph planning_graph(const ir::NetConfig& network);

}  // namespace thimble::search
