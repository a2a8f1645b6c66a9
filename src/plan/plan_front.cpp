#include "plan/plan_front.h"

#include <algorithm>
#include <functional>
#include <optional>
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
  std::vector<NetworkPlan> networks;
  const auto add_order = [&](const NetworkPlan& ordered) {
    for (Plan& plan : plans_of_front(ordered.graph, core, options))
      networks.push_back({ordered.graph, std::move(plan), ordered.rewritings});
  };
  add_order({graph, {}});
  if (const std::optional<NetworkPlan> ordered = in_least_order(graph, options)) add_order(*ordered);
  PlanOptions by_size = options;
  by_size.objective = Objective::sram;
  NetworkPlan smallest = plan_network(graph, core, by_size, networks);
  networks.push_back(std::move(smallest));
  std::ranges::stable_sort(networks, std::greater{}, [](const NetworkPlan& n) { return n.plan.arena_bytes; });

  const cost::CostTable& table = cost::cost_table(core);
  std::vector<FrontPlan> front;
  for (NetworkPlan& network : networks) {
    if (!front.empty() && network.plan.arena_bytes >= front.back().network.plan.arena_bytes) continue;
    FrontPlan point = with_prediction(std::move(network), core);
    const auto time = [&](const FrontPlan& other) { return time_of(table, other.predicted); };
    while (!front.empty() && time(front.back()) >= time(point)) front.pop_back();
    front.push_back(std::move(point));
  }
  return front;
}

}  // namespace thimble::plan
