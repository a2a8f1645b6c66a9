#include "search/exact_cost.h"

#include <algorithm>

#include "ir/netconfig_layers.h"
#include "passes/passes.h"
#include "plan/network_plan.h"
#include "plan/plan_cost.h"
#include "plan/planner.h"
#include "search/planning_graph.h"

namespace thimble::search {

NetworkCost exact_cost(const ir::NetConfig& network, LayerTable& table, std::int64_t sram_limit, bool input_by_rows) {
  NetworkCost cost = cost_of(ir::layers_of(network), table, {.planner = Planner::tflm});
  const ir::Graph graph = passes::simplify(planning_graph(network));
  plan::PlanOptions options;
  options.input_mode = input_by_rows ? plan::InputMode::rows : plan::InputMode::resident;
  options.arena_bytes = sram_limit;
  const auto [planned, plan, rewritings] = plan::plan_network(graph, table.core(), options);
  cost.sram_bytes = plan.arena_bytes;
  cost.executed_macs = plan::executed_macs(planned, plan);
  const cost::CostTable& times = cost::cost_table(table.core());
  const cost::Cost time = plan::predict_cost(times, planned, plan).total;
  cost.cycles = times.has_cycles() ? time.cycles : time.instructions;
  cost.streams = static_cast<int>(
      std::ranges::count_if(plan.stages, [](const plan::Stage& stage) { return stage.iterations > 1; }));
  return cost;
}

std::optional<Candidate> first_confirmed(const DesignSpace& space, std::span<const Candidate> best_first,
                                         LayerTable& table, const Limits& limits, bool input_by_rows) {
  for (Candidate candidate : best_first) {
    candidate.cost = exact_cost(network_of(space, candidate.genome), table, limits.sram_bytes, input_by_rows);
    if (fits(candidate.cost, limits)) return candidate;
  }
  return std::nullopt;
}

}  // namespace thimble::search
