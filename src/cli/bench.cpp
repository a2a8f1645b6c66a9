#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "base/error.h"
#include "base/json.h"
#include "cli/backend.h"
#include "cli/verbs.h"
#include "emulate/block_listing.h"
#include "emulate/measure.h"
#include "emulate/measurement_report.h"
#include "emulate/seeded_inputs.h"

namespace thimble::cli {

namespace {

struct BenchOptions {
  ModelOptions model;
  PlanningOptions planning;
  bool float_io = false;
  bool no_layers = false;
  std::uint32_t seed = 0;
  int blocks = 0;
  std::filesystem::path json;
};

/// The plan's check does not know the linked code.
void check_firmware(const emulate::Measurement& measured, const target::Board& budget) {
  if (emulate::fits(measured, budget)) return;
  throw Error(
      fmt::format("{}: the firmware's model needs {} bytes of SRAM and {} of flash, and there are {} and {}",
                  budget.name, measured.sram.total(), measured.flash.total(), budget.sram_bytes, budget.flash_bytes),
      "--optimize size or --compiler-level Os, a larger --sram or --flash, or --ignore-budget", Exit::answer_is_no);
}

void bench(const BenchOptions& options) {
  const target::Board budget = options.planning.chosen_board();
  const target::Board board = options.planning.linked_board();
  const ir::Graph model = options.model.simplified();
  const auto [graph, plan, rewritings] = options.planning.planned(model, budget);
  if (!options.planning.ignore_budget) check_budget(graph, plan, budget);
  emulate::MeasureOptions measuring;
  measuring.float_io = options.float_io;
  measuring.layers = !options.no_layers;
  measuring.optimize = "-" + options.planning.chosen_compiler_level();
  const auto inputs = emulate::seeded_inputs(graph, options.float_io ? own_inputs(graph) : graph.inputs, options.seed);
  const emulate::Measurement measured = emulate::measure(graph, plan, board, inputs, measuring);
  fmt::print("{}", emulate::text_of(measured, model, graph, plan, board));
  if (options.blocks > 0) fmt::print("\n{}", emulate::list_blocks(measured.cycles, options.blocks));
  if (!options.json.empty()) write_json(options.json, emulate::to_json(measured, model, graph, plan, board));
  if (!options.planning.ignore_budget) check_firmware(measured, budget);
}

}  // namespace

void add_bench(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("bench", "Build the firmware, run it on the emulated core, and measure it");
  verb->footer(
      "Example: thimble bench person.tflite --board stm32f746 --json person.json\n"
      "docs/numbers.md says what each number means.");
  auto options = std::make_shared<BenchOptions>();
  options->model.add_to(*verb);
  options->planning.add_with_compiler_to(*verb);
  verb->add_flag("--float-io", options->float_io, "Count the QUANTIZE and DEQUANTIZE at the model's ends too");
  verb->add_flag("--no-layers", options->no_layers, "Do not count each layer");
  verb->add_option("--input-seed", options->seed, "Seed of the made-up input")->capture_default_str();
  verb->add_option("--blocks", options->blocks,
                   "List the N basic blocks that take most cycles, as the pipeline model sees them")
      ->type_name("N");
  add_json(*verb, options->json);
  verb->callback([options] { bench(*options); });
}

}  // namespace thimble::cli
