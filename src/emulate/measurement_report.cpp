#include "emulate/measurement_report.h"

#include <fmt/format.h>

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

/// Multiply-accumulates that the plan executes, rows that it computes twice included.
std::int64_t executed_macs(const ir::Graph& graph, const plan::Plan& plan) {
  std::int64_t macs = 0;
  for (const plan::Stage& stage : plan.stages) {
    for (const plan::Step& step : stage.steps) {
      const ir::Op& op = graph.ops.at(static_cast<std::size_t>(step.op));
      const std::int64_t of_a_row = ir::macs_of(graph, op) / plan::rows_of(graph.tensor(op.outputs.at(0)));
      macs += of_a_row * step.rows.count * stage.iterations;
    }
  }
  return macs;
}

double per_mac(std::int64_t instructions, std::int64_t macs) {
  return macs > 0 ? static_cast<double>(instructions) / static_cast<double>(macs) : 0;
}

}  // namespace

Json to_json(const Measurement& measured, const ir::Graph& graph, const plan::Plan& plan, const target::Board& board) {
  Json layers = Json::array();
  for (const LayerCount& layer : measured.layers) {
    const ir::Op& op = graph.ops.at(static_cast<std::size_t>(layer.op));
    layers.push_back({{"name", graph.name_of(op)},
                      {"op", ir::name_of(op.kind)},
                      {"macs", ir::macs_of(graph, op)},
                      {"instructions", layer.instructions},
                      {"kernel", kernel_of(plan, layer.op)}});
  }
  const auto& sram = measured.sram;
  const auto& flash = measured.flash;
  return {{"model", graph.name},
          {"board", board.name},
          {"fits_board", !board.large_memory},
          {"input_mode", "resident"},
          {"sram",
           {{"arena", sram.arena},
            {"io", sram.io},
            {"static", sram.static_},
            {"state", sram.state},
            {"stack", sram.stack},
            {"total", sram.total()}}},
          {"flash",
           {{"weights", flash.weights}, {"code", flash.code}, {"total", flash.total()}, {"firmware", flash.firmware}}},
          {"macs", {{"model", ir::macs_of(graph)}, {"executed", executed_macs(graph, plan)}}},
          {"instructions", measured.instructions},
          {"layers", layers},
          {"flags", measured.flags},
          {"machine", measured.machine}};
}

std::string text_of(const Measurement& measured, const ir::Graph& graph, const plan::Plan& plan,
                    const target::Board& board) {
  const std::int64_t macs = ir::macs_of(graph);
  std::string text;
  if (!measured.layers.empty()) {
    text += fmt::format("{:<18} {:>12} {:>13} {:>8}  {:<26} {}\n", "op", "MACs", "instructions", "per MAC", "kernel",
                        "name");
    for (const LayerCount& layer : measured.layers) {
      const ir::Op& op = graph.ops.at(static_cast<std::size_t>(layer.op));
      const std::int64_t layer_macs = ir::macs_of(graph, op);
      const std::string ratio = layer_macs > 0 ? fmt::format("{:.2f}", per_mac(layer.instructions, layer_macs)) : "";
      text += fmt::format("{:<18} {:>12} {:>13} {:>8}  {:<26} {}\n", ir::name_of(op.kind), layer_macs,
                          layer.instructions, ratio, kernel_of(plan, layer.op), graph.name_of(op));
    }
    text += "\n";
  }
  const auto& sram = measured.sram;
  const auto& flash = measured.flash;
  text += fmt::format("{} on {} ({})\n", graph.name, board.name, measured.machine);
  if (board.large_memory) text += "  in the emulator's memory, not the board's: no budget was checked\n";
  text +=
      fmt::format("  peak SRAM     {:>12} B = arena {} + io {} + static {} + state {} + stack {} (input resident)\n",
                  sram.total(), sram.arena, sram.io, sram.static_, sram.state, sram.stack);
  text += fmt::format("  flash         {:>12} B = weights {} + code {}; whole firmware {}\n", flash.total(),
                      flash.weights, flash.code, flash.firmware);
  text += fmt::format("  MACs          {:>12}   {} executed\n", macs, executed_macs(graph, plan));
  text += fmt::format("  instructions  {:>12}   {:.2f} per MAC\n", measured.instructions,
                      per_mac(measured.instructions, macs));
  text += fmt::format("  built with    {}\n", measured.flags);
  return text;
}

}  // namespace thimble::emulate
