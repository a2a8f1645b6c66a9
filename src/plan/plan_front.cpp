#include "plan/plan_front.h"

#include <utility>

#include "plan/plan_cost.h"
#include "plan/verify_plan.h"

namespace thimble::plan {
namespace {

/// What orders plans by time: cycles, or instructions for cores whose cost table has no cycles.
double time_of(const cost::CostTable& table, const cost::Cost& cost) {
  return table.has_cycles() ? cost.cycles : cost.instructions;
}

}  // namespace

FrontPlan with_prediction(NetworkPlan network, const target::Core& core) {
  verify_plan(network.graph, network.plan);
  const cost::Cost predicted = predict_cost(cost::cost_table(core), network.graph, network.plan).total;
  return {std::move(network), predicted};
}

std::vector<FrontPlan> plan_front(const ir::Graph& graph, const target::Core& core, const PlanOptions& options) {
  const cost::CostTable& table = cost::cost_table(core);
  std::vector<FrontPlan> front;
  const auto add = [&](NetworkPlan network) {
    if (!front.empty() && network.plan.arena_bytes >= front.back().network.plan.arena_bytes) return;
    FrontPlan point = with_prediction(std::move(network), core);
    const auto time = [&](const FrontPlan& other) { return time_of(table, other.predicted); };
    while (!front.empty() && time(front.back()) >= time(point)) front.pop_back();
    front.push_back(std::move(point));
  };
  for (Plan& plan : plans_of_front(graph, core, options)) add({graph, std::move(plan)});
  PlanOptions smallest = options;
  smallest.objective = Objective::sram;
  add(plan_network(graph, core, smallest));
  return front;
}

}  // namespace thimble::plan
