#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/front_table.h"
#include "cli/plan_picture.h"
#include "cli/prepare.h"
#include "cli/verbs.h"
#include "plan/plan_front.h"
#include "plan/plan_json.h"
#include "plan/plan_text.h"

namespace thimble::cli {

namespace {

struct PlanVerbOptions {
  ModelOptions model;
  PlanningOptions planning;
  std::filesystem::path json;
  std::filesystem::path svg;
  std::filesystem::path front;
};

/// Prints the front of the model, in which the plan with an arena of `chosen` bytes is, and what would lower that.
void show_front(const PlanVerbOptions& options, const ir::Graph& model, const target::Board& board,
                std::int64_t chosen) {
  const plan::PlanOptions planning = options.planning.for_board(board);
  const std::vector<plan::FrontPlan> front = plan::plan_front(model, board.core, planning);
  fmt::print("\n{}\n{}", table_of(front, chosen), ways_to_lower(model, board.core, planning, front, chosen));
  write_json(options.front, to_json(front));
}

void write_picture(const std::filesystem::path& file, const ir::Graph& graph, const plan::Plan& plan,
                   const target::Board& board) {
  const std::vector<MemorySeries> series{layerwise_series(graph, "layer by layer", "#b9c0ca"),
                                         series_of(graph, plan, "this plan", "#2b6cb0")};
  const std::string limit = fmt::format("{}: {} kB", board.name, board.sram_bytes / 1024);
  write_text(file, svg_of(graph, plan, series, {limit, board.sram_bytes}));
}

void show_plan(const PlanVerbOptions& options) {
  const target::Board board = options.planning.chosen_board();
  const ir::Graph model = options.model.simplified();
  const auto [graph, plan, rewritings] = options.planning.planned(model, board);
  fmt::print("{}", plan::text_of(graph, plan));
  const std::int64_t macs = ir::macs_of(model);
  const std::int64_t executed = plan::executed_macs(graph, plan);
  for (const std::string& rewriting : rewritings) fmt::print("{}\n", rewriting);
  if (executed > macs)
    fmt::print("{} MACs computed twice: {} of the model, {} executed\n", executed - macs, macs, executed);
  if (!options.json.empty()) {
    Json json = plan::to_json(graph, plan);
    json["macs"] = {{"model", macs}, {"executed", executed}};
    json["rewritings"] = rewritings;
    write_json(options.json, json);
  }
  if (!options.front.empty()) show_front(options, model, board, plan.arena_bytes);
  if (!options.svg.empty()) write_picture(options.svg, graph, plan, board);
  if (!options.planning.ignore_budget) check_budget(graph, plan, board);
}

}  // namespace

void add_plan(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("plan", "Show how a model executes in memory, and what bounds its peak");
  verb->footer("Example: thimble plan person.tflite --board stm32f412 --pareto front.json");
  auto options = std::make_shared<PlanVerbOptions>();
  options->model.add_to(*verb);
  options->planning.add_to(*verb);
  verb->add_option("--svg", options->svg, "Also draw the arena and the memory of each layer to this file")
      ->type_name("FILE");
  verb->add_option("--pareto", options->front,
                   "Also show plans from the fastest to the smallest, and what would lower the peak; to this JSON file")
      ->type_name("FILE");
  add_json(*verb, options->json);
  verb->callback([options] { show_plan(*options); });
}

}  // namespace thimble::cli
