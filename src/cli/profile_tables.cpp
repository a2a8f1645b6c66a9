#include "cli/profile_tables.h"

#include <algorithm>
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

double error_of(double predicted, double counted) { return counted > 0 ? 100 * (predicted / counted - 1) : 0; }

/// Layers of fewer instructions may be further off: docs/cost.md.
constexpr double least_instructions = 10'000;

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

void print_check(const std::vector<ProfileRow>& counted, const std::vector<ProfileRow>& predicted,
                 const std::string& model) {
  const bool has_cycles = total_of(counted).cost.cycles > 0 && total_of(predicted).cost.cycles > 0;
  double worst = 0;
  double worst_cycles = 0;
  const auto print = [&](const ProfileRow& row, const cost::Cost& guess) {
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
