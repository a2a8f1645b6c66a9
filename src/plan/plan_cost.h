// plan/plan_cost.h
#pragma once

#include <vector>

#include "cost/cost.h"
#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::plan {

struct OpCost {
  int op = 0;  ///< Index in graph.ops.
  cost::Cost cost;
};

/// What a plan is predicted to cost: the steps of an op summed over all iterations of their stages. What the caller
/// does to supply rows of an input is not counted.
struct PlanCost {
  cost::Cost total;
  std::vector<OpCost> ops;  ///< In the order in which they first run.
};

/// Predicts without running: about ten microseconds a step.
/// @throws Error if the table does not know a kernel of the plan.
PlanCost predict_cost(const cost::CostTable& table, const ir::Graph& graph, const Plan& plan);

}  // namespace thimble::plan
