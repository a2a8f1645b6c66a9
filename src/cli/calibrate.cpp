#include "emulate/calibrate.h"

#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "base/json.h"
#include "cli/prepare.h"
#include "cli/verbs.h"

namespace thimble::cli {

namespace {

struct CalibrateOptions {
  std::vector<std::filesystem::path> logs;
  std::filesystem::path output;
  std::filesystem::path json;
};

Json to_json(const emulate::CalibrationError& error) {
  return {{"mean_layer", error.mean_layer}, {"worst_layer", error.worst_layer}, {"worst_model", error.worst_model}};
}

void print_error(const char* when, const emulate::CalibrationError& error) {
  fmt::print("  error {:<7} {:>6.1f}% of a layer on average, {:.1f}% at worst; {:.1f}% of a whole model\n", when,
             100 * error.mean_layer, 100 * error.worst_layer, 100 * error.worst_model);
}

void calibrate(const CalibrateOptions& options) {
  std::vector<emulate::BoardLog> logs;
  for (const auto& file : options.logs) logs.push_back(emulate::read_board_log(file));
  const emulate::Calibration calibration = emulate::calibrate(logs);
  const emulate::PipelineModel& model = calibration.model;
  fmt::print("{}: {} layers of {} logs\n", model.core, calibration.layers, logs.size());
  fmt::print("  branch_wait   {:.2f} cycles for each taken branch\n  load_wait     {:.2f} for each word loaded\n",
             model.branch_wait, model.load_wait);
  fmt::print("  memory_factor {:.3f} on everything\n", model.memory_factor);
  print_error("before", calibration.before);
  print_error("after", calibration.after);
  if (!options.output.empty()) write_json(options.output, emulate::to_json(model));
  if (!options.json.empty()) {
    write_json(options.json, {{"model", emulate::to_json(model)},
                              {"layers", calibration.layers},
                              {"before", to_json(calibration.before)},
                              {"after", to_json(calibration.after)}});
  }
}

}  // namespace

void add_calibrate(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("calibrate", "Fit a core's cycle model to what self-tests measured on boards");
  verb->footer(
      "Example: thimble calibrate board.log -o boards/pipelines/cortex-m7.json\n"
      "Logs come from `thimble export MODEL --selftest`; docs/cycles.md says what is fitted.");
  auto options = std::make_shared<CalibrateOptions>();
  verb->add_option("logs", options->logs, "What self-tests printed")->required()->type_name("LOG");
  verb->add_option("-o,--output", options->output, "Write the core's model with what was fitted")->type_name("FILE");
  add_json(*verb, options->json);
  verb->callback([options] { calibrate(*options); });
}

}  // namespace thimble::cli
