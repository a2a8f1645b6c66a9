// cli/prepare.h
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "plan/network_plan.h"
#include "plan/planner.h"
#include "target/board.h"

namespace thimble::cli {

/// Which model, which passes simplify it, and how it rounds: the options every verb that runs a model has.
struct ModelOptions {
  std::filesystem::path model;
  std::vector<std::string> passes;
  ir::Rounding rounding = ir::Rounding::twice;

  void add_to(CLI::App& verb);
  /// Without rounding, for verbs that requantize nothing.
  void add_file_to(CLI::App& verb, const std::string& what = "The model: an int8 .tflite file");
  /// The model as its file has it.
  ir::Graph import() const;
  /// Imported and simplified.
  ir::Graph simplified() const;
};

/// How to plan and for what: the same options everywhere they make sense.
struct PlanningOptions {
  std::string board = "stm32f746";
  std::int64_t sram = 0;  ///< Bytes; 0: the board's.
  std::int64_t flash = 0;
  bool ignore_budget = false;
  plan::PlanOptions techniques;
  std::string patches;         ///< "PxQ:LAYER" or "PxQ:LAYER-LAYER": a segment that runs in patches.
  std::string compiler_level;  ///< The C compiler's, such as "O2"; empty: the one that goes with --optimize.

  void add_to(CLI::App& verb);
  /// The options of verbs that compile the C too.
  void add_with_compiler_to(CLI::App& verb);
  /// The board with the budgets given on the command line.
  target::Board chosen_board() const;
  /// The board that a firmware is linked for: with all the memory it has, as what runs the model there needs some
  /// beside the model; with --ignore-budget the emulator's.
  target::Board linked_board() const;
  std::string chosen_compiler_level() const;
  plan::PlanOptions for_board(const target::Board& board) const;
  /// Plans for `board` and proves the plan, which is one of the graph that comes with it. Does not look at the budget.
  plan::NetworkPlan planned(const ir::Graph& model, const target::Board& board) const;
};

/// @throws Error with exit code 1 if the plan's arena or the model's constants exceed the board's memory: by how many
/// bytes, in which memory, at which layer.
void check_budget(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board);

/// Adds `--json FILE`.
void add_json(CLI::App& verb, std::filesystem::path& file);

}  // namespace thimble::cli
