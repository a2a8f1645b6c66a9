#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "base/json.h"
#include "cli/prepare.h"
#include "cli/verbs.h"
#include "plan/plan_json.h"
#include "plan/plan_text.h"

namespace thimble::cli {

namespace {

struct PlanVerbOptions {
  ModelOptions model;
  PlanningOptions planning;
  std::filesystem::path json;
};

void show_plan(const PlanVerbOptions& options) {
  const target::Board board = options.planning.chosen_board();
  const ir::Graph graph = options.model.simplified();
  const plan::Plan plan = options.planning.planned(graph, board);
  fmt::print("{}", plan::text_of(graph, plan));
  if (!options.json.empty()) write_json(options.json, plan::to_json(graph, plan));
  if (!options.planning.ignore_budget) check_budget(graph, plan, board);
}

}  // namespace

void add_plan(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("plan", "Show how a model executes in memory, and what bounds its peak");
  verb->footer("Example: thimble plan person.tflite --board stm32f412");
  auto options = std::make_shared<PlanVerbOptions>();
  options->model.add_to(*verb);
  options->planning.add_to(*verb);
  add_json(*verb, options->json);
  verb->callback([options] { show_plan(*options); });
}

}  // namespace thimble::cli
