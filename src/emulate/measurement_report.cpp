#include "emulate/measurement_report.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "plan/network_plan.h"
#include "plan/planner.h"

namespace thimble::emulate {

namespace {

/// The kernel that runs an op in this plan.
std::string kernel_of(const plan::Plan& plan, int op) {
  for (const plan::Stage& stage : plan.stages) {
    for (const plan::Step& step : stage.steps) {
      if (step.op == op) return step.kernel.kernel;
    }
  }
  return "";
}

/// "rows" if the caller supplies an input row by row, else "resident".
const char* input_mode(const plan::Plan& plan) { return plan.takes_rows() ? "rows" : "resident"; }

double per_mac(double count, std::int64_t macs) { return macs > 0 ? count / static_cast<double>(macs) : 0; }

/// What a board makes of the cycles; nothing where it is not known.
std::optional<double> latency_ms(const Measurement& measured, const target::Board& board) {
  if (measured.estimated_cycles <= 0 || board.clock_mhz <= 0) return std::nullopt;
  return measured.estimated_cycles / board.clock_mhz / 1000;
}
std::optional<double> energy_uj(const Measurement& measured, const target::Board& board) {
  const std::optional<double> ms = latency_ms(measured, board);
  if (!ms || board.active_power_mw <= 0) return std::nullopt;
  return *ms * board.active_power_mw;
}

Json sram_json(const Measurement& measured, const plan::Plan& plan) {
  const auto& sram = measured.sram;
  Json json = {{"arena", sram.arena}, {"io", sram.io},       {"static", sram.static_},
               {"state", sram.state}, {"stack", sram.stack}, {"total", sram.total()}};
  for (const target::MemoryRegion& region : plan.regions) json["regions"][region.name] = region.bytes;
  return json;
}

/// Where an arena lies that is in several memories.
std::string regions_line(const plan::Plan& plan) {
  std::string line;
  for (const target::MemoryRegion& region : plan.regions)
    line += fmt::format("{}{} {}", line.empty() ? "  arena in      " : ", ", region.name, region.bytes);
  return line.empty() ? line : line + "\n";
}

Json rounded_or_null(std::optional<double> value, double digits) {
  return value ? Json(std::round(*value * digits) / digits) : Json(nullptr);
}

Json cycles_or_null(double cycles) { return cycles > 0 ? Json(std::llround(cycles)) : Json(nullptr); }

std::string cycles_line(const Measurement& measured, const target::Board& board, std::int64_t macs) {
  if (measured.estimated_cycles <= 0) return "";
  std::string line = fmt::format("  cycles        {:>12}   {:.2f} per MAC, estimated",
                                 std::llround(measured.estimated_cycles), per_mac(measured.estimated_cycles, macs));
  if (const auto ms = latency_ms(measured, board)) line += fmt::format("; {:.2f} ms at {} MHz", *ms, board.clock_mhz);
  if (const auto uj = energy_uj(measured, board))
    line += fmt::format(", {:.0f} uJ at {} mW", *uj, board.active_power_mw);
  return line + "\n";
}

}  // namespace

Json to_json(const Measurement& measured, const ir::Graph& model, const ir::Graph& graph, const plan::Plan& plan,
             const target::Board& board) {
  Json layers = Json::array();
  for (const LayerCount& layer : measured.layers) {
    const ir::Op& op = graph.ops.at(static_cast<std::size_t>(layer.op));
    layers.push_back({{"name", graph.name_of(op)},
                      {"op", ir::name_of(op.kind)},
                      {"macs", ir::macs_of(graph, op)},
                      {"instructions", layer.instructions},
                      {"cycles", cycles_or_null(layer.cycles)},
                      {"kernel", kernel_of(plan, layer.op)}});
  }
  const auto& flash = measured.flash;
  return {{"model", graph.name},
          {"board", board.name},
          {"fits_board", !board.large_memory},
          {"input_mode", input_mode(plan)},
          {"sram", sram_json(measured, plan)},
          {"flash",
           {{"weights", flash.weights},
            {"code", flash.code},
            {"total", flash.total()},
            {"firmware", flash.firmware},
            {"constants", plan::constant_bytes(model)}}},
          {"macs", {{"model", ir::macs_of(model)}, {"executed", plan::executed_macs(graph, plan)}}},
          {"instructions", measured.instructions},
          {"cycles", cycles_or_null(measured.estimated_cycles)},
          {"latency_ms", rounded_or_null(latency_ms(measured, board), 1e4)},
          {"energy_uj", rounded_or_null(energy_uj(measured, board), 10)},
          {"layers", layers},
          {"flags", measured.flags},
          {"machine", measured.machine}};
}

std::string text_of(const Measurement& measured, const ir::Graph& model, const ir::Graph& graph, const plan::Plan& plan,
                    const target::Board& board) {
  const std::int64_t macs = ir::macs_of(model);
  std::string text;
  if (!measured.layers.empty()) {
    text += fmt::format("{:<18} {:>12} {:>13} {:>8} {:>12} {:>8}  {:<26} {}\n", "op", "MACs", "instructions", "per MAC",
                        "cycles", "per MAC", "kernel", "name");
    for (const LayerCount& layer : measured.layers) {
      const ir::Op& op = graph.ops.at(static_cast<std::size_t>(layer.op));
      const std::int64_t layer_macs = ir::macs_of(graph, op);
      const auto ratio = [&](double count) {
        return layer_macs > 0 && count > 0 ? fmt::format("{:.2f}", per_mac(count, layer_macs)) : "";
      };
      text += fmt::format("{:<18} {:>12} {:>13} {:>8} {:>12} {:>8}  {:<26} {}\n", ir::name_of(op.kind), layer_macs,
                          layer.instructions, ratio(static_cast<double>(layer.instructions)),
                          layer.cycles > 0 ? fmt::format("{:.0f}", layer.cycles) : "", ratio(layer.cycles),
                          kernel_of(plan, layer.op), graph.name_of(op));
    }
    text += "\n";
  }
  const auto& sram = measured.sram;
  const auto& flash = measured.flash;
  text += fmt::format("{} on {} ({})\n", graph.name, board.name, measured.machine);
  if (board.large_memory) text += "  in the emulator's memory, not the board's: no budget was checked\n";
  text += fmt::format("  peak SRAM     {:>12} B = arena {} + io {} + static {} + state {} + stack {} (input {})\n",
                      sram.total(), sram.arena, sram.io, sram.static_, sram.state, sram.stack, input_mode(plan));
  text += regions_line(plan);
  text += fmt::format("  flash         {:>12} B = weights {} + code {}; whole firmware {}\n", flash.total(),
                      flash.weights, flash.code, flash.firmware);
  text += fmt::format("  MACs          {:>12}   {} executed\n", macs, plan::executed_macs(graph, plan));
  text += fmt::format("  instructions  {:>12}   {:.2f} per MAC\n", measured.instructions,
                      per_mac(static_cast<double>(measured.instructions), macs));
  text += cycles_line(measured, board, macs);
  text += fmt::format("  built with    {}\n", measured.flags);
  return text;
}

}  // namespace thimble::emulate
