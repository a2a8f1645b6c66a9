// plan/plan_front.h
#pragma once

#include <vector>

#include "cost/cost.h"
#include "ir/graph.h"
#include "plan/network_plan.h"
#include "plan/planner.h"
#include "target/board.h"

namespace thimble::plan {

/// A plan that none is both smaller and faster than, among those that were looked at.
struct FrontPlan {
  NetworkPlan network;
  cost::Cost predicted;
};

/// The plan with what it is predicted to cost. @throws Error if the plan is wrong.
FrontPlan with_prediction(NetworkPlan network, const target::Core& core);

/// The trade-off between SRAM and time: plans from the fastest to the smallest, a few per cent apart, with exact arenas
/// and predicted costs; verified. The smallest may compute some things twice, unless the options forbid it. @throws
/// Error as make_plan does.
std::vector<FrontPlan> plan_front(const ir::Graph& graph, const target::Core& core, const PlanOptions& options = {});

}  // namespace thimble::plan
