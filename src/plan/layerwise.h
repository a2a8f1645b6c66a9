// plan/layerwise.h
#pragma once

#include <span>
#include <vector>

#include "ir/graph.h"
#include "plan/plan.h"
#include "plan/planner.h"
#include "target/kernel_choice.h"

namespace thimble::plan {

/// Plans the execution of one operator after the other, each over all its rows, with the kernel given for each operator
/// of the graph. `kernels` holds one for each of graph.ops; those of operators that become views are not used.
Plan plan_layerwise(const ir::Graph& graph, std::span<const target::KernelChoice> kernels, const PlanOptions& options);

/// The operators that run code, in order; with `alias_views` those are all but the views.
std::vector<int> operators_to_run(const ir::Graph& graph, const PlanOptions& options);

}  // namespace thimble::plan
