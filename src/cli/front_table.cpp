#include "cli/front_table.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace thimble::cli {
namespace {

std::int64_t arena_of(const plan::FrontPlan& point) { return point.network.plan.arena_bytes; }

/// "layer by layer", "in 9 loops over rows": how many stages of a plan repeat.
std::string execution_of(const plan::FrontPlan& point) {
  const auto loops =
      std::ranges::count_if(point.network.plan.stages, [](const plan::Stage& stage) { return stage.iterations > 1; });
  std::string text =
      loops == 0 ? "layer by layer" : fmt::format("streams rows in {} loop{}", loops, loops == 1 ? "" : "s");
  for (const std::string& rewriting : point.network.rewritings) text += "; " + rewriting;
  return text;
}

struct Way {
  std::string what;
  std::int64_t arena = 0;
  double instructions = 0;
};

}  // namespace

std::string table_of(const std::vector<plan::FrontPlan>& front, std::int64_t chosen) {
  std::string text = fmt::format("{:>11} {:>13} {:>6} {:>12}  {}\n", "arena", "instructions", "", "MACs", "how");
  for (const plan::FrontPlan& point : front) {
    const double ratio = point.predicted.instructions / front.front().predicted.instructions;
    text += fmt::format("{} {:>9} {:>13.0f} {:>5.2f}x {:>12}  {}\n", arena_of(point) == chosen ? '>' : ' ',
                        arena_of(point), point.predicted.instructions, ratio,
                        plan::executed_macs(point.network.graph, point.network.plan), execution_of(point));
  }
  return text;
}

Json to_json(const std::vector<plan::FrontPlan>& front) {
  Json points = Json::array();
  for (const plan::FrontPlan& point : front) {
    points.push_back({{"sram", {{"arena", arena_of(point)}}},
                      {"instructions", point.predicted.instructions},
                      {"cycles", point.predicted.cycles},
                      {"macs", {{"executed", plan::executed_macs(point.network.graph, point.network.plan)}}},
                      {"rewritings", point.network.rewritings},
                      {"how", execution_of(point)}});
  }
  return points;
}

std::string ways_to_lower(const ir::Graph& model, const target::Core& core, const plan::PlanOptions& options,
                          const std::vector<plan::FrontPlan>& front, std::int64_t chosen) {
  std::vector<Way> ways;
  const auto add = [&](const std::string& what, const plan::FrontPlan& point) {
    const std::string how = what + execution_of(point);
    if (arena_of(point) >= chosen || std::ranges::find(ways, how, &Way::what) != ways.end()) return;
    ways.push_back({how, arena_of(point), point.predicted.instructions});
  };
  const auto smaller = std::ranges::find_if(front, [&](const auto& point) { return arena_of(point) < chosen; });
  if (smaller != front.end()) add("", *smaller);
  add("", front.back());
  if (options.input_mode == plan::InputMode::resident) {
    plan::PlanOptions rows = options;
    rows.input_mode = plan::InputMode::rows;
    rows.arena_bytes = chosen - 1;
    for (const plan::Objective objective : {plan::Objective::latency, plan::Objective::sram}) {
      rows.objective = objective;
      add("--input-mode rows, ", plan::with_prediction(plan::plan_network(model, core, rows), core));
    }
  }
  if (ways.empty()) return "nothing that keeps every bit would lower the peak\n";
  std::ranges::stable_sort(ways, {}, &Way::arena);
  const auto now = std::ranges::find_if(front, [&](const auto& point) { return arena_of(point) <= chosen; });
  const double instructions = (now == front.end() ? front.back() : *now).predicted.instructions;
  std::string text = "what would lower the peak and keep every bit:\n";
  for (const Way& way : ways)
    text += fmt::format("  {:>9} B less, {:>+6.1f} % instructions: {} ({} B)\n", chosen - way.arena,
                        100 * (way.instructions / instructions - 1), way.what, way.arena);
  return text;
}

}  // namespace thimble::cli
