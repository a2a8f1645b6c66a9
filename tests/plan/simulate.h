// Executes a plan on real bytes: what a program made from it would compute, memory errors included.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ir/graph.h"
#include "plan/plan.h"
#include "reference/interpreter.h"

namespace thimble::testing {

/// Runs a plan row by row in an arena of its size, with garbage from the generator `seed` where nothing was written and
/// in the scratch of every step, and gives the graph's outputs. An operator that is not computed by rows runs at once.
/// The regions of an arena lie in memory in the reverse order, so that what reaches from one into the next goes wrong.
/// Nothing is checked but what would leave memory: nullopt if a step reads or writes outside the arena, computes rows
/// that its tensor does not have, or touches a tensor without a place.
std::optional<std::vector<reference::Bytes>> simulate(const ir::Graph& graph, const plan::Plan& plan,
                                                      std::span<const reference::Bytes> inputs, unsigned seed);

/// Random values for each input of a graph.
std::vector<reference::Bytes> random_inputs(const ir::Graph& graph, unsigned seed);

}  // namespace thimble::testing
