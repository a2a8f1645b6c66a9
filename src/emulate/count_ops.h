// emulate/count_ops.h
#pragma once

#include <span>
#include <vector>

#include "cost/cost_table.h"
#include "ir/graph.h"
#include "plan/plan.h"
#include "target/board.h"

namespace thimble::emulate {

/// What each operator of a plan costs on the emulated core, by index in graph.ops; 0 for those that run no code. The
/// input is seed 0 of docs/numbers.md. Cycles are 0 where there is no pipeline model of the core.
///
/// One firmware with a mark at each layer, run in Unicorn in this process: half the work of measure(), which also
/// wants the sizes and the total of a firmware without marks.
std::vector<cost::Cost> count_ops(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board);

/// Independent graphs as one: their tensors, operators, inputs and outputs in order, names made unique. So hundreds of
/// small graphs are counted in one firmware, where a compiler's run for each would take hours; the kernels, functions
/// that all layers share, are the same code.
ir::Graph side_by_side(std::span<const ir::Graph> graphs);

}  // namespace thimble::emulate
