#include "cli/profile_tables.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/core.h>

namespace thimble::cli {

namespace {

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

ProfileRow total_of(const std::vector<ProfileRow>& rows) {
  ProfileRow total{"total", "", "", 0, {}};
  for (const ProfileRow& row : rows) {
    total.macs += row.macs;
    total.cost += row.cost;
  }
  return total;
}

void print_row(const ProfileRow& row, const ProfileRow& total, const target::Board& board) {
  const double share = total.cost.cycles > 0 ? ratio(row.cost.cycles, total.cost.cycles)
                                             : ratio(row.cost.instructions, total.cost.instructions);
  const auto macs = static_cast<double>(row.macs);
  fmt::print("{:<18} {:>10} {:>12.0f} {:>7} {:>11} {:>7} {:>8} {:>5.1f}%  {:<24} {}\n", row.op, row.macs,
             row.cost.instructions, or_nothing(ratio(row.cost.instructions, macs), 2), or_nothing(row.cost.cycles, 0),
             or_nothing(ratio(row.cost.cycles, macs), 2), or_nothing(time_of(row.cost.cycles, board).ms, 3),
             100 * share, row.kernel, row.name);
}

Json json_of(const ProfileRow& row, const target::Board& board) {
  Json json = {{"macs", row.macs}, {"instructions", row.cost.instructions}};
  const Time time = time_of(row.cost.cycles, board);
  if (row.cost.cycles > 0) json["cycles"] = row.cost.cycles;
  if (time.ms > 0) json["latency_ms"] = time.ms;
  if (time.energy_uj > 0) json["energy_uj"] = time.energy_uj;
  return json;
}

double error_of(double predicted, double counted) { return counted > 0 ? predicted / counted - 1 : 0; }

/// One of the two numbers of a cost.
struct Measure {
  const char* name;
  double cost::Cost::*of;
};
constexpr std::array measures{Measure{"instructions", &cost::Cost::instructions},
                              Measure{"cycles", &cost::Cost::cycles}};

/// Those that both sides have.
std::vector<Measure> measures_of(const std::vector<ProfileRow>& counted, const std::vector<ProfileRow>& predicted) {
  std::vector<Measure> both;
  for (const Measure& measure : measures) {
    if (total_of(counted).cost.*measure.of > 0 && total_of(predicted).cost.*measure.of > 0) both.push_back(measure);
  }
  return both;
}

void print_check_row(const ProfileRow& counted, const cost::Cost& predicted, const std::vector<Measure>& shown) {
  fmt::print("{:<18}", counted.op);
  for (const Measure& measure : shown) {
    const double count = counted.cost.*measure.of;
    fmt::print(" {:>12.0f} {:>12.0f} {:>+7.2f}%", count, predicted.*measure.of,
               100 * error_of(predicted.*measure.of, count));
  }
  fmt::print("  {:<24} {}\n", counted.kernel, counted.name);
}

}  // namespace

std::vector<ProfileRow> rows_of(const ir::Graph& graph, const plan::Plan& plan,
                                const std::vector<plan::OpCost>& costs) {
  std::vector<ProfileRow> rows;
  for (const plan::OpCost& cost : costs) {
    const ir::Op& op = graph.ops.at(static_cast<std::size_t>(cost.op));
    rows.push_back({std::string(ir::name_of(op.kind)), kernel_of(plan, cost.op), graph.name_of(op),
                    ir::macs_of(graph, op), cost.cost});
  }
  return rows;
}

void print_table(const std::vector<ProfileRow>& rows, const target::Board& board) {
  const ProfileRow total = total_of(rows);
  fmt::print("{:<18} {:>10} {:>12} {:>7} {:>11} {:>7} {:>8} {:>6}  {:<24} {}\n", "op", "MACs", "instructions",
             "per MAC", "cycles", "per MAC", "ms", "share", "kernel", "name");
  for (const ProfileRow& row : rows) print_row(row, total, board);
  print_row(total, total, board);
  const Time time = time_of(total.cost.cycles, board);
  if (time.energy_uj > 0) {
    fmt::print("energy {:.1f} uJ: derived, {:.3f} ms x {} mW of {}\n", time.energy_uj, time.ms, board.active_power_mw,
               board.name);
  }
}

void print_check(const std::vector<ProfileRow>& counted, const std::vector<ProfileRow>& predicted) {
  const std::vector<Measure> shown = measures_of(counted, predicted);
  fmt::print("{:<18}", "op");
  for (const Measure& measure : shown) fmt::print(" {:>12} {:>12} {:>8}", measure.name, "predicted", "error");
  fmt::print("  {:<24} {}\n", "kernel", "name");
  for (std::size_t i = 0; i < counted.size(); ++i) print_check_row(counted[i], predicted.at(i).cost, shown);
  print_check_row(total_of(counted), total_of(predicted).cost, shown);
}

Json check_of(const std::vector<ProfileRow>& counted, const std::vector<ProfileRow>& predicted) {
  Json check = Json::object();
  for (const Measure& measure : measures_of(counted, predicted)) {
    const double count = total_of(counted).cost.*measure.of;
    const double guess = total_of(predicted).cost.*measure.of;
    double worst = 0;
    for (std::size_t i = 0; i < counted.size(); ++i) {
      if (counted[i].cost.instructions < least_checked_instructions || counted[i].op == "softmax") continue;
      worst = std::max(worst, std::abs(error_of(predicted.at(i).cost.*measure.of, counted[i].cost.*measure.of)));
    }
    check[measure.name] = {
        {"counted", count}, {"predicted", guess}, {"error", error_of(guess, count)}, {"worst_layer_error", worst}};
  }
  return check;
}

Json report_of(const std::vector<ProfileRow>& rows, const ir::Graph& graph, const target::Board& board,
               const std::string& source) {
  Json report = {{"model", graph.name}, {"board", board.name}, {"source", source}};
  report.update(json_of(total_of(rows), board));
  report["layers"] = Json::array();
  for (const ProfileRow& row : rows) {
    Json layer = {{"name", row.name}, {"op", row.op}, {"kernel", row.kernel}};
    layer.update(json_of(row, board));
    report["layers"].push_back(std::move(layer));
  }
  return report;
}

}  // namespace thimble::cli
