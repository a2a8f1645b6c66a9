// plan/op_order.h
#pragma once

#include <cstdint>
#include <optional>

#include "ir/graph.h"

namespace thimble::plan {

/// The most bytes that are live while any operator runs, all one after the other in the graph's order, each over all
/// its rows (Counting::live of working_set.h).
std::int64_t layerwise_peak(const ir::Graph& graph);

/// The graph with its operators in the topological order whose `layerwise_peak` is least, and of those orders one with
/// few live bytes in the sum over all operators; or none if no order is better than the given one.
///
/// Where branches meet, the order in which they run decides what waits for what. What is live after some operators have
/// run depends on which they are and not on their order: so the best order is a path through the sets of operators that
/// can have run (the down-sets of the graph), found by dynamic programming. A chain has one such set an operator, an
/// inception module of four branches of three some hundreds. A graph with more than 20,000 keeps its order.
std::optional<ir::Graph> with_least_order(const ir::Graph& graph);

}  // namespace thimble::plan
