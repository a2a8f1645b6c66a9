// plan/lean_kernels.h
#pragma once

#include <cstdint>
#include <vector>

#include "ir/graph.h"
#include "plan/column_tiles.h"
#include "plan/plan.h"
#include "target/board.h"
#include "target/kernel_choice.h"

namespace thimble::plan {

/// The plan with convolutions that take little scratch (target::KernelOptions::lean) in place of those that have most
/// of it: as few as bring the arena of `plan` under `limit` or, where none do, to the least. The same plan, if they
/// make no arena smaller. `kernels` are those of graph.ops, of which `plan` was made; `options` what they were chosen
/// by.
Plan plan_lean_kernels(const ir::Graph& graph, const target::Core& core, target::KernelOptions options,
                       std::vector<target::KernelChoice> kernels, Plan plan, std::int64_t limit,
                       const PlanKernels& plan_kernels);

}  // namespace thimble::plan
