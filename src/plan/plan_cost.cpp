#include "plan/plan_cost.h"

#include <algorithm>

namespace thimble::plan {

namespace {

cost::Cost& cost_of_op(PlanCost& costs, int op) {
  const auto found = std::ranges::find(costs.ops, op, &OpCost::op);
  return found != costs.ops.end() ? found->cost : costs.ops.emplace_back(OpCost{op, {}}).cost;
}

}  // namespace

PlanCost predict_cost(const cost::CostTable& table, const ir::Graph& graph, const Plan& plan) {
  PlanCost costs;
  for (const Stage& stage : plan.stages) {
    for (const Step& step : stage.steps) {
      if (step.input != ir::no_tensor) continue;
      const ir::Op& op = graph.ops.at(static_cast<std::size_t>(step.op));
      cost::Cost& sum = cost_of_op(costs, step.op);
      for (int i = 0; i < stage.iterations; ++i) {
        const cost::RowSpan rows{step.rows.first + i * step.rows.advance, step.rows.count};
        const cost::Cost once = cost::cost_of(table, graph, op, step.kernel, rows);
        sum += once;
        costs.total += once;
      }
    }
  }
  return costs;
}

}  // namespace thimble::plan
