// emulate/fit_costs.h
#pragma once

#include <span>

#include "cost/cost_table.h"
#include "emulate/cost_sweep.h"
#include "target/board.h"

namespace thimble::emulate {

/// Fits the costs of every kernel on a board's core to the sweep. Deterministic: the same kernels and the same compiler
/// give the same table. @throws Error: exit code 3 if a tool is missing.
cost::CostTable fit_costs(const target::Board& board);

/// The loop costs of one kernel, in least squares of the relative error, so that small layers count as much as large
/// ones. All samples are of the same kernel. Cycles are fitted where `with_cycles`.
cost::KernelCost fit_kernel(std::span<const SweepSample> samples, std::span<const cost::Cost> costs, bool with_cycles);

}  // namespace thimble::emulate
