#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/core.h>

#include "base/error.h"
#include "cli/verbs.h"
#include "cost/cost_table.h"
#include "emulate/fit_costs.h"
#include "target/board.h"
#include "target/cores.h"

namespace thimble::cli {

namespace {

struct FitOptions {
  std::string core = "cortex-m7";
  std::filesystem::path output;
};

/// The first board that has this core, else the emulator with it.
target::Board board_with(const std::string& core) {
  const std::vector<target::Board> all = target::boards();
  const auto found = std::ranges::find_if(all, [&](const target::Board& board) {
    return board.core.name == core && !board.is_host && !board.large_memory;
  });
  if (found != all.end()) return *found;
  target::Board board = target::board("emulator");
  board.core = target::core(core, "");
  if (board.core.qemu_machine.empty()) {
    throw Error(fmt::format("the core \"{}\" is this computer: nothing to count on", core),
                "a Cortex-M: `thimble boards` lists boards and their cores");
  }
  return board;
}

void fit(const FitOptions& options) {
  const cost::CostTable table = emulate::fit_costs(board_with(options.core));
  fmt::print("{:<28} {:>7} {:>6} {:>11} {:>11} {:>11} {:>11}\n", "kernel", "samples", "loops", "mean error", "worst",
             "cycles mean", "worst");
  for (const auto& [name, kernel] : table.kernels) {
    const cost::FitError& error = kernel.error;
    fmt::print("{:<28} {:>7} {:>6} {:>10.2f}% {:>10.2f}%", name, error.samples, kernel.loops.size(),
               100 * error.mean_instructions, 100 * error.worst_instructions);
    if (table.has_cycles()) fmt::print(" {:>10.2f}% {:>10.2f}%", 100 * error.mean_cycles, 100 * error.worst_cycles);
    fmt::print("\n");
  }
  if (!options.output.empty()) write_json(options.output, cost::to_json(table));
}

}  // namespace

void add_fit(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("fit", "Fit the cost model of a core's kernels to counts of the emulated core");
  verb->footer(
      "Example: thimble fit --core cortex-m7 -o boards/costs/cortex-m7.json\n"
      "docs/cost.md says what is fitted to what, and how well.");
  auto options = std::make_shared<FitOptions>();
  verb->add_option("--core", options->core, "The core: cortex-m4, cortex-m7, ...")
      ->capture_default_str()
      ->type_name("NAME");
  verb->add_option("-o,--output", options->output, "Write the table to this file")->type_name("FILE");
  verb->callback([options] { fit(*options); });
}

}  // namespace thimble::cli
