#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "base/error.h"
#include "cli/prepare.h"
#include "cli/verbs.h"
#include "emulate/selftest.h"

namespace thimble::cli {

namespace {

struct ExportOptions {
  ModelOptions model;
  PlanningOptions planning;
  bool selftest = false;
  std::filesystem::path folder;
};

void export_project(const ExportOptions& options) {
  if (!options.selftest) throw Error("export: what to export is missing", "--selftest is what there is");
  const target::Board board = options.planning.chosen_board();
  const ir::Graph model = options.model.simplified();
  const auto [graph, plan, rewritings] = options.planning.planned(model, board);
  check_budget(graph, plan, board);
  emit::write_files(emulate::selftest_files(graph, plan, board), options.folder);
  fmt::print("{}: a self-test for {} in {}; its README.md says how to build and flash it\n", graph.name, board.name,
             options.folder.string());
}

}  // namespace

void add_export(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("export", "Write a project that measures a model on a real board");
  verb->footer(
      "Example: thimble export person.tflite --selftest --board stm32f746 -o out/\n"
      "`thimble calibrate` reads what it prints there.");
  auto options = std::make_shared<ExportOptions>();
  options->model.add_to(*verb);
  options->planning.add_to(*verb);
  verb->add_flag("--selftest", options->selftest, "Cycles of each layer, and the outputs' CRC-32, in JSON lines");
  verb->add_option("-o,--output", options->folder, "The folder to write")->required()->type_name("FOLDER");
  verb->callback([options] { export_project(*options); });
}

}  // namespace thimble::cli
