#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/json.h"
#include "cli/prepare.h"
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
  std::filesystem::path json;
};

/// One line of the table, or its total.
struct Row {
  std::string op, kernel, name;
  std::int64_t macs = 0;
  cost::Cost cost;
};

/// What a board makes of cycles; each 0 where it is not known.
struct Time {
  double ms = 0;
  double energy_uj = 0;  ///< Derived: time x active power.
};

Time time_of(double cycles, const target::Board& board) {
  Time time;
  if (board.clock_mhz > 0) time.ms = cycles / board.clock_mhz / 1000;
  time.energy_uj = time.ms * board.active_power_mw;
  return time;
}

std::string or_nothing(double value, int digits) { return value > 0 ? fmt::format("{:.{}f}", value, digits) : ""; }

double ratio(double value, double of) { return of > 0 ? value / of : 0; }

/// The kernel that runs an op, empty for views.
std::string kernel_of(const plan::Plan& plan, int op) {
  for (const plan::Stage& stage : plan.stages) {
    for (const plan::Step& step : stage.steps) {
      if (step.op == op) return step.kernel.kernel;
    }
  }
  return "";
}

std::vector<Row> rows_of(const ir::Graph& graph, const plan::Plan& plan, const std::vector<plan::OpCost>& costs) {
  std::vector<Row> rows;
  for (const plan::OpCost& cost : costs) {
    const ir::Op& op = graph.ops.at(static_cast<std::size_t>(cost.op));
    rows.push_back({std::string(ir::name_of(op.kind)), kernel_of(plan, cost.op), graph.name_of(op),
                    ir::macs_of(graph, op), cost.cost});
  }
  return rows;
}

Row total_of(const std::vector<Row>& rows) {
  Row total{"total", "", "", 0, {}};
  for (const Row& row : rows) {
    total.macs += row.macs;
    total.cost += row.cost;
  }
  return total;
}

void print_row(const Row& row, const Row& total, const target::Board& board) {
  const double share = total.cost.cycles > 0 ? ratio(row.cost.cycles, total.cost.cycles)
                                             : ratio(row.cost.instructions, total.cost.instructions);
  const auto macs = static_cast<double>(row.macs);
  fmt::print("{:<18} {:>10} {:>12.0f} {:>7} {:>11} {:>7} {:>8} {:>5.1f}%  {:<24} {}\n", row.op, row.macs,
             row.cost.instructions, or_nothing(ratio(row.cost.instructions, macs), 2), or_nothing(row.cost.cycles, 0),
             or_nothing(ratio(row.cost.cycles, macs), 2), or_nothing(time_of(row.cost.cycles, board).ms, 3),
             100 * share, row.kernel, row.name);
}

void print_table(const std::vector<Row>& rows, const target::Board& board) {
  const Row total = total_of(rows);
  fmt::print("{:<18} {:>10} {:>12} {:>7} {:>11} {:>7} {:>8} {:>6}  {:<24} {}\n", "op", "MACs", "instructions",
             "per MAC", "cycles", "per MAC", "ms", "share", "kernel", "name");
  for (const Row& row : rows) print_row(row, total, board);
  print_row(total, total, board);
  const Time time = time_of(total.cost.cycles, board);
  if (time.energy_uj > 0) {
    fmt::print("energy {:.1f} uJ: derived, {:.3f} ms x {} mW of {}\n", time.energy_uj, time.ms, board.active_power_mw,
               board.name);
  }
}

Json json_of(const Row& row, const target::Board& board) {
  Json json = {{"macs", row.macs}, {"instructions", row.cost.instructions}};
  const Time time = time_of(row.cost.cycles, board);
  if (row.cost.cycles > 0) json["cycles"] = row.cost.cycles;
  if (time.ms > 0) json["latency_ms"] = time.ms;
  if (time.energy_uj > 0) json["energy_uj"] = time.energy_uj;
  return json;
}

Json report_of(const std::vector<Row>& rows, const ir::Graph& graph, const target::Board& board, bool predicted) {
  Json report = {{"model", graph.name}, {"board", board.name}, {"source", predicted ? "predicted" : "measured"}};
  report.update(json_of(total_of(rows), board));
  report["layers"] = Json::array();
  for (const Row& row : rows) {
    Json layer = {{"name", row.name}, {"op", row.op}, {"kernel", row.kernel}};
    layer.update(json_of(row, board));
    report["layers"].push_back(std::move(layer));
  }
  return report;
}

/// Counts in the emulator, in the plan's order.
std::vector<plan::OpCost> measured_costs(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board) {
  const std::vector<cost::Cost> by_op = emulate::count_ops(graph, plan, board);
  std::vector<plan::OpCost> costs;
  for (std::size_t op = 0; op < by_op.size(); ++op) {
    if (by_op[op].instructions > 0) costs.push_back({static_cast<int>(op), by_op[op]});
  }
  return costs;
}

void profile(const ProfileOptions& options) {
  target::Board board = options.planning.chosen_board();
  const ir::Graph graph = options.model.simplified();
  const plan::Plan plan = options.planning.planned(graph, board);
  if (options.planning.ignore_budget) {
    board = target::without_budget(board);
  } else {
    check_budget(graph, plan, board);
  }
  const std::vector<plan::OpCost> costs = options.predict
                                              ? plan::predict_cost(cost::cost_table(board.core), graph, plan).ops
                                              : measured_costs(graph, plan, board);
  const std::vector<Row> rows = rows_of(graph, plan, costs);
  fmt::print("{} on {}, {} MHz: {}\n\n", graph.name, board.name, board.clock_mhz,
             options.predict ? "predicted by the cost model, not run" : "counted on the emulated core");
  print_table(rows, board);
  if (!options.json.empty()) write_json(options.json, report_of(rows, graph, board, options.predict));
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
  verb->add_flag("--predict", options->predict, "Predict with the cost model instead of running in the emulator");
  add_json(*verb, options->json);
  verb->callback([options] { profile(*options); });
}

}  // namespace thimble::cli
