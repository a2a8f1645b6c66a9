#include <algorithm>
#include <chrono>
#include <cmath>
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
  bool check = false;
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

/// A prediction, and how long it took.
struct Prediction {
  plan::PlanCost costs;
  double microseconds = 0;
};

Prediction predicted_costs(const ir::Graph& graph, const plan::Plan& plan, const target::Core& core) {
  const cost::CostTable& table = cost::cost_table(core);
  const auto start = std::chrono::steady_clock::now();
  Prediction prediction{plan::predict_cost(table, graph, plan), 0};
  prediction.microseconds = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
  return prediction;
}

double error_of(double predicted, double counted) { return counted > 0 ? 100 * (predicted / counted - 1) : 0; }

/// Layers of fewer instructions may be further off: docs/cost.md.
constexpr double least_instructions = 10'000;

/// Counted and predicted costs side by side.
void print_check(const std::vector<Row>& counted, const std::vector<Row>& predicted, const std::string& model) {
  const bool has_cycles = total_of(counted).cost.cycles > 0 && total_of(predicted).cost.cycles > 0;
  double worst = 0;
  double worst_cycles = 0;
  const auto print = [&](const Row& row, const cost::Cost& guess) {
    const double error = error_of(guess.instructions, row.cost.instructions);
    const double cycle_error = error_of(guess.cycles, row.cost.cycles);
    fmt::print("{:<18} {:>12.0f} {:>12.0f} {:>+7.2f}%", row.op, row.cost.instructions, guess.instructions, error);
    if (has_cycles) fmt::print(" {:>12.0f} {:>12.0f} {:>+7.2f}%", row.cost.cycles, guess.cycles, cycle_error);
    fmt::print("  {:<24} {}\n", row.kernel, row.name);
    if (row.cost.instructions < least_instructions || row.kernel.empty()) return;
    worst = std::max(worst, std::abs(error));
    worst_cycles = std::max(worst_cycles, std::abs(cycle_error));
  };
  fmt::print("{:<18} {:>12} {:>12} {:>8}", "op", "instructions", "predicted", "error");
  if (has_cycles) fmt::print(" {:>12} {:>12} {:>8}", "cycles", "predicted", "error");
  fmt::print("  {:<24} {}\n", "kernel", "name");
  for (std::size_t i = 0; i < counted.size() && i < predicted.size(); ++i) print(counted[i], predicted[i].cost);
  print(total_of(counted), total_of(predicted).cost);
  const cost::Cost sum = total_of(counted).cost;
  const cost::Cost guess = total_of(predicted).cost;
  fmt::print("{}: instructions {:.0f}, predicted {:.0f} ({:+.2f}%), worst layer {:.2f}%", model, sum.instructions,
             guess.instructions, error_of(guess.instructions, sum.instructions), worst);
  if (has_cycles) {
    fmt::print("; cycles {:.0f}, predicted {:.0f} ({:+.2f}%), worst layer {:.2f}%", sum.cycles, guess.cycles,
               error_of(guess.cycles, sum.cycles), worst_cycles);
  }
  fmt::print("\n");
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
  Prediction prediction;
  if (options.predict || options.check) prediction = predicted_costs(graph, plan, board.core);
  const std::vector<Row> rows =
      rows_of(graph, plan, options.predict ? prediction.costs.ops : measured_costs(graph, plan, board));
  fmt::print("{} on {}, {} MHz: {}\n\n", graph.name, board.name, board.clock_mhz,
             options.predict ? fmt::format("predicted in {:.0f} us, not run", prediction.microseconds)
                             : "counted on the emulated core");
  if (options.check) {
    print_check(rows, rows_of(graph, plan, prediction.costs.ops), graph.name);
  } else {
    print_table(rows, board);
  }
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
  CLI::Option* predict =
      verb->add_flag("--predict", options->predict, "Predict with the cost model instead of running in the emulator");
  predict->excludes(
      verb->add_flag("--check", options->check, "Run in the emulator and predict, and show how far apart they are"));
  add_json(*verb, options->json);
  verb->callback([options] { profile(*options); });
}

}  // namespace thimble::cli
