#include "cli/execution_series.h"

#include <algorithm>
#include <string>
#include <utility>

namespace thimble::cli {
namespace {

/// A way of executing networks, by what the planner may do.
struct Execution {
  const char* name;
  const char* color;
  bool patches;
  bool streams;
};
constexpr Execution executions[] = {
    {"layer by layer", "#b9c0ca", false, false},
    {"patches", "#e69f4f", true, false},
    {"streams of rows", "#2b6cb0", false, true},
};

plan::PlanOptions options_for(const Execution& execution, plan::PlanOptions options) {
  options.objective = plan::Objective::sram;
  options.patches = execution.patches;
  options.stream = execution.streams;
  options.channel_split = options.tiles = execution.streams;
  return options;
}

}  // namespace

std::vector<MemorySeries> execution_series(const ir::Graph& model, const target::Core& core,
                                           const plan::PlanOptions& options, const plan::NetworkPlan& chosen) {
  std::vector<MemorySeries> series;
  const MemorySeries this_plan = series_of(model, chosen, "this plan", "#2f855a");
  bool is_shown = false;
  for (const Execution& execution : executions) {
    const plan::NetworkPlan network = plan::plan_network(model, core, options_for(execution, options));
    series.push_back(series_of(model, network, execution.name, execution.color));
    if (is_shown || series.back().bytes != this_plan.bytes) continue;
    series.back().name += ", this plan";
    is_shown = true;
  }
  if (!is_shown) series.push_back(this_plan);
  return series;
}

}  // namespace thimble::cli
