#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/execution_series.h"
#include "cli/front_table.h"
#include "cli/peak_changes.h"
#include "cli/plan_picture.h"
#include "cli/prepare.h"
#include "cli/verbs.h"
#include "ir/builders/builders.h"
#include "passes/passes.h"
#include "plan/plan_front.h"
#include "plan/plan_json.h"
#include "plan/plan_text.h"
#include "search/planning_graph.h"
#include "target/fastest_region.h"

namespace thimble::cli {

namespace {

struct PlanVerbOptions {
  ModelOptions model;
  PlanningOptions planning;
  std::filesystem::path json;
  std::filesystem::path svg;
  std::filesystem::path front;
  bool only_plan = false;
};

/// A .tflite file; or an arch.json or the name of a network, with weights of zero: nobody needs them to plan.
ir::Graph simplified_model(const ModelOptions& options) {
  const std::filesystem::path& model = options.model;
  const bool is_config = model.extension() == ".json";
  if (!is_config && (model.has_extension() || std::filesystem::exists(model))) return options.simplified();
  ir::Graph graph = search::planning_graph(is_config ? ir::read_netconfig(model) : ir::builders::build(model.string()));
  graph.rounding = options.rounding;
  return passes::simplify(std::move(graph), options.passes);
}

/// Prints the front of the model, in which `chosen` is, and what would lower its peak. Returns the latter.
std::vector<PeakChange> show_front(const PlanVerbOptions& options, const ir::Graph& model, const target::Board& board,
                                   const plan::FrontPlan& chosen) {
  const plan::PlanOptions planning = options.planning.for_board(board);
  const std::vector<plan::FrontPlan> front = plan::plan_front(model, board.core, planning);
  std::vector<PeakChange> changes = peak_changes(model, board.core, planning, front, chosen);
  fmt::print("\n{}\n{}", table_of(front, chosen.network.plan.arena_bytes), text_of(changes, chosen));
  if (!options.front.empty()) write_json(options.front, to_json(front));
  return changes;
}

void write_picture(const PlanVerbOptions& options, const ir::Graph& model, const plan::NetworkPlan& chosen,
                   const target::Board& board) {
  const std::vector<MemorySeries> series =
      execution_series(model, board.core, options.planning.for_board(board), chosen);
  const std::string limit = fmt::format("{}: {} kB", board.name, board.sram_bytes / 1024);
  write_text(options.svg, svg_of(model, chosen, series, {limit, board.sram_bytes}));
}

void show_plan(const PlanVerbOptions& options) {
  const target::Board board = options.planning.chosen_board();
  const ir::Graph model = simplified_model(options.model);
  const plan::FrontPlan chosen = plan::with_prediction(options.planning.planned(model, board), board.core);
  const auto& [graph, plan, rewritings] = chosen.network;
  fmt::print("{}", plan::text_of(graph, plan));
  const std::int64_t macs = ir::macs_of(model);
  const std::int64_t executed = plan::executed_macs(graph, plan);
  for (const std::string& rewriting : rewritings) fmt::print("{}\n", rewriting);
  if (executed > macs)
    fmt::print("{} MACs computed twice: {} of the model, {} executed\n", executed - macs, macs, executed);
  const target::MemoryRegion* const region = target::fastest_region(board, plan.arena_bytes);
  if (region != nullptr && plan.regions.empty() && board.regions.size() > 1)
    fmt::print("it should lie in {}, the fastest of the board's regions that hold it ({} bytes)\n", region->name,
               region->bytes);
  Json json = plan::to_json(graph, plan);
  json["region"] = region == nullptr ? Json() : Json(region->name);
  json["macs"] = {{"model", macs}, {"executed", executed}};
  json["instructions"] = chosen.predicted.instructions;
  json["rewritings"] = rewritings;
  if (!options.only_plan) json["changes"] = to_json(show_front(options, model, board, chosen));
  if (!options.json.empty()) write_json(options.json, json);
  if (!options.svg.empty()) write_picture(options, model, chosen.network, board);
  if (!options.planning.ignore_budget) check_budget(graph, plan, board);
}

}  // namespace

void add_plan(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("plan", "Show how a model executes in memory, what bounds its peak and what would lower it");
  verb->footer(
      "Example: thimble plan person.tflite --board stm32f412 --pareto front.json\n"
      "         thimble plan mobilenetv2 --ignore-budget --objective sram --only-plan\n"
      "MODEL may be an arch.json or the name of a network too: plans need no weights.");
  auto options = std::make_shared<PlanVerbOptions>();
  options->model.add_to(*verb);
  options->planning.add_to(*verb);
  verb->add_option("--svg", options->svg, "Also draw the arena and the memory of each layer to this file")
      ->type_name("FILE");
  CLI::Option* front =
      verb->add_option("--pareto", options->front, "Also write the plans from the fastest to the smallest to this file")
          ->type_name("FILE");
  verb->add_flag("--only-plan", options->only_plan,
                 "Show the chosen plan alone, not the front and what would lower the peak, which take seconds more")
      ->excludes(front);
  add_json(*verb, options->json);
  verb->callback([options] { show_plan(*options); });
}

}  // namespace thimble::cli
