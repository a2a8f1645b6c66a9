// cli/execution_series.h
#pragma once

#include <vector>

#include "cli/memory_bars.h"
#include "ir/graph.h"
#include "plan/network_plan.h"
#include "plan/planner.h"
#include "target/board.h"

namespace thimble::cli {

/// What every operator of a model needs under each way of executing it, as in MCUNetV2's figures (arXiv 2110.15352):
/// layer by layer, with what bounds the peak in patches, and in streams of rows, each with the smallest arena that the
/// planner finds; and in the plan `chosen`, unless it is one of these.
std::vector<MemorySeries> execution_series(const ir::Graph& model, const target::Core& core,
                                           const plan::PlanOptions& options, const plan::NetworkPlan& chosen);

}  // namespace thimble::cli
