// cost/cost.h
#pragma once

#include "cost/cost_table.h"
#include "cost/loops.h"
#include "ir/graph.h"
#include "target/kernel_choice.h"

namespace thimble::cost {

/// What one call of a kernel costs: each of its loops (loops.h) times what the table says an iteration costs.
///
/// A pure function of the shape, and quick: a few microseconds a layer, so that a planner may ask for every candidate.
/// @throws Error if the table does not know the kernel: CostTable::knows.
Cost cost_of(const CostTable& table, const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel,
             RowSpan rows = {});

/// Whether the table knows the kernel; of a block in tiles, those of its layers.
bool is_known(const CostTable& table, const target::KernelChoice& kernel);

}  // namespace thimble::cost
