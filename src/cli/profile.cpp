#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/json.h"
#include "base/stopwatch.h"
#include "cli/prepare.h"
#include "cli/profile_tables.h"
#include "cli/verbs.h"
#include "cost/cost_table.h"
#include "emulate/count_ops.h"
#include "plan/plan_cost.h"

namespace thimble::cli {

namespace {

struct ProfileOptions {
  ModelOptions model;
  PlanningOptions planning;
  bool predict = false;
  bool check = false;
  std::filesystem::path json;
};

/// Counts in the emulator, in the graph's order.
std::vector<plan::OpCost> measured_costs(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board) {
  const std::vector<cost::Cost> by_op = emulate::count_ops(graph, plan, board);
  std::vector<plan::OpCost> costs;
  for (std::size_t op = 0; op < by_op.size(); ++op) {
    if (by_op[op].instructions > 0) costs.push_back({static_cast<int>(op), by_op[op]});
  }
  return costs;
}

/// A prediction, and how long it took.
struct Prediction {
  plan::PlanCost costs;
  double microseconds = 0;
};

Prediction predicted_costs(const ir::Graph& graph, const plan::Plan& plan, const target::Core& core) {
  const cost::CostTable& table = cost::cost_table(core);
  const Stopwatch start;
  Prediction prediction{plan::predict_cost(table, graph, plan), 0};
  prediction.microseconds = 1e6 * start.seconds();
  return prediction;
}

void profile(const ProfileOptions& options) {
  const target::Board budget = options.planning.chosen_board();
  const target::Board board = options.planning.linked_board();
  const ir::Graph model = options.model.simplified();
  const auto [graph, plan, rewritings] = options.planning.planned(model, budget);
  if (!options.planning.ignore_budget) check_budget(graph, plan, budget);
  Prediction prediction;
  if (options.predict || options.check) prediction = predicted_costs(graph, plan, board.core);
  std::ranges::sort(prediction.costs.ops, {}, &plan::OpCost::op);
  const std::vector<ProfileRow> rows =
      rows_of(graph, plan, options.predict ? prediction.costs.ops : measured_costs(graph, plan, board));
  fmt::print("{} on {}, {} MHz: {}\n\n", graph.name, board.name, board.clock_mhz,
             options.predict ? fmt::format("predicted in {:.0f} us, not run", prediction.microseconds)
                             : "counted on the emulated core");
  const std::vector<ProfileRow> predicted = rows_of(graph, plan, prediction.costs.ops);
  if (options.check) {
    print_check(rows, predicted);
  } else {
    print_table(rows, board);
  }
  if (options.json.empty()) return;
  Json report = report_of(rows, graph, board, options.predict ? "predicted" : "counted");
  if (options.check) report["check"] = check_of(rows, predicted);
  write_json(options.json, report);
}

}  // namespace

void add_profile(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("profile", "Show where a model's time goes, layer by layer");
  verb->footer(
      "Example: thimble profile person.tflite --board stm32f746 --predict\n"
      "docs/cost.md says how costs are predicted, and how well. Cycles are estimates of a pipeline model.");
  auto options = std::make_shared<ProfileOptions>();
  options->model.add_to(*verb);
  options->planning.add_to(*verb);
  CLI::Option* predict =
      verb->add_flag("--predict", options->predict, "Predict with the cost model instead of running in the emulator");
  predict->excludes(
      verb->add_flag("--check", options->check, "Run in the emulator and predict, and show how far apart they are"));
  add_json(*verb, options->json);
  verb->callback([options] { profile(*options); });
}

}  // namespace thimble::cli
