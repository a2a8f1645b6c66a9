#include "cli/prepare.h"

#include <algorithm>
#include <map>
#include <string>

#include <fmt/core.h>

#include "base/error.h"
#include "cli/byte_size.h"
#include "cli/patch_stage.h"
#include "import/tflite_import.h"
#include "passes/passes.h"
#include "plan/peak.h"
#include "plan/regions.h"
#include "plan/verify_plan.h"

namespace thimble::cli {

void ModelOptions::add_file_to(CLI::App& verb, const std::string& what) {
  verb.add_option("model", model, what)->required()->type_name("MODEL");
  verb.add_option("--passes", passes, "Passes that simplify the graph, in this order; \"none\" for none (default: all)")
      ->delimiter(',')
      ->type_name("NAME,...");
}

void ModelOptions::add_to(CLI::App& verb) {
  add_file_to(verb);
  verb.add_option("--rounding", rounding,
                  "How outputs are requantized: double, as TensorFlow Lite does, or single: faster, some differ by one")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, ir::Rounding>{{"double", ir::Rounding::twice}, {"single", ir::Rounding::once}}))
      ->default_str("double");
}

ir::Graph ModelOptions::import() const {
  ir::Graph graph = import::read_tflite(model);
  graph.rounding = rounding;
  return graph;
}

ir::Graph ModelOptions::simplified() const { return passes::simplify(import(), passes); }

void PlanningOptions::add_to(CLI::App& verb) {
  verb.add_option("--board", board, "The board, of `thimble boards`")->capture_default_str()->type_name("NAME");
  verb.add_option("--sram", sram, "Bytes of SRAM that the plan may use (default: the board's); 16kB is 16384")
      ->transform(byte_size());
  verb.add_option("--flash", flash, "Bytes of flash that the model may use (default: the board's)")
      ->transform(byte_size());
  verb.add_flag("--ignore-budget", ignore_budget,
                "Go on with a model that does not fit the board, in the emulator's larger memory");
  verb.add_option("--optimize", techniques.optimize, "What flash may be spent on: balanced, speed or size")
      ->transform(CLI::CheckedTransformer(std::map<std::string, plan::Optimize>{
          {"balanced", plan::Optimize::balanced}, {"speed", plan::Optimize::speed}, {"size", plan::Optimize::size}}))
      ->default_str("balanced");
  verb.add_option("--column-tiles", techniques.column_tiles,
                  "Pixels whose columns a convolution gathers at a time: four, as many as the largest layer's scratch "
                  "holds (model), or as many as the arena leaves free (arena)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, plan::ColumnTiles>{
          {"four", plan::ColumnTiles::four}, {"model", plan::ColumnTiles::model}, {"arena", plan::ColumnTiles::arena}}))
      ->default_str("four");
  verb.add_option("--objective", techniques.objective, "latency: the fastest plan that fits; sram: the smallest")
      ->transform(CLI::CheckedTransformer(std::map<std::string, plan::Objective>{{"latency", plan::Objective::latency},
                                                                                 {"sram", plan::Objective::sram}}))
      ->default_str("latency");
  verb.add_option("--input-mode", techniques.input_mode,
                  "resident: inputs are in the arena; rows: the program asks the caller for row after row")
      ->transform(CLI::CheckedTransformer(std::map<std::string, plan::InputMode>{
          {"resident", plan::InputMode::resident}, {"rows", plan::InputMode::rows}}))
      ->default_str("resident");
  verb.add_option("--patches", patches,
                  "Run the layers up to one of `thimble inspect`, or those from one up to another, in P x Q patches")
      ->type_name("PxQ:[FIRST-]LAST");
  const auto without = [&verb](const char* flag, bool& technique, const char* what) {
    verb.add_flag_function(
        flag, [&technique](std::int64_t) { technique = false; }, what);
  };
  without("--no-exact-offsets", techniques.exact_offsets, "Place buffers first-fit instead of by branch and bound");
  without("--no-in-place", techniques.in_place, "Give element-wise operators an output of their own");
  without("--no-in-place-depthwise", techniques.in_place_depthwise,
          "Give depthwise convolutions an output of their own");
  without("--no-alias-views", techniques.alias_views, "Copy for a reshape");
  without("--no-overlap", techniques.overlap, "Keep outputs apart from the rows of their inputs that have been read");
  without("--no-stream", techniques.stream, "Run every operator over all its rows");
  without("--no-patches", techniques.patches, "Run no segment in patches but the one that --patches names");
  without("--no-lean-kernels", techniques.lean_kernels, "Use no convolutions that take less scratch and more time");
  without("--no-regions", techniques.regions, "Keep the arena in one memory of the board");
  without("--no-tiles", techniques.tiles, "Expand whole rows of a block, not tiles of some of their columns");
  without("--no-channel-split", techniques.channel_split, "Expand all channels of a block before they are projected");
  without("--no-reorder", techniques.reorder, "Run operators in the order of the model");
  without("--no-recompute", techniques.recompute, "Compute no plane twice, such as that of a squeeze-and-excite");
  without("--no-dsp", techniques.dsp, "Use the portable kernels only");
  without("--no-specialized-kernels", techniques.specialized_kernels,
          "Use only the convolutions that do for any size, stride and number of channels");
}

void PlanningOptions::add_with_compiler_to(CLI::App& verb) {
  add_to(verb);
  verb.add_option("--compiler-level", compiler_level,
                  "The C compiler's optimization level (default: Os with --optimize size, else O3)")
      ->check(CLI::IsMember({"O0", "O1", "O2", "O3", "Os"}));
}

std::string PlanningOptions::chosen_compiler_level() const {
  if (!compiler_level.empty()) return compiler_level;
  return techniques.optimize == plan::Optimize::size ? "Os" : "O3";
}

target::Board PlanningOptions::chosen_board() const {
  target::Board chosen = target::board(board);
  if (sram > 0) chosen.sram_bytes = sram;
  if (flash > 0) chosen.flash_bytes = flash;
  return chosen;
}

target::Board PlanningOptions::linked_board() const {
  const target::Board real = target::board(board);
  return ignore_budget ? target::without_budget(real) : real;
}

plan::PlanOptions PlanningOptions::for_board(const target::Board& board) const {
  plan::PlanOptions options = techniques;
  options.flash_bytes = board.flash_bytes;
  if (!ignore_budget) options.arena_bytes = std::max<std::int64_t>(board.sram_bytes - plan::stack_bytes, 1);
  return options;
}

plan::NetworkPlan PlanningOptions::planned(const ir::Graph& model, const target::Board& board) const {
  const plan::PlanOptions options = for_board(board);
  // A number of bytes that is given is of one range.
  const auto memories = sram > 0 ? std::vector<target::MemoryRegion>{} : plan::arena_memories(board);
  plan::NetworkPlan network;
  if (patches.empty()) {
    network = plan::plan_in_memories(model, board.core, options, memories);
  } else {
    const plan::PatchStage stage = patch_stage(model, patches);
    network = plan::plan_in_memories(plan::in_patches(model, stage), board.core, options, memories);
    network.rewritings.insert(network.rewritings.begin(), plan::description_of(model, stage));
  }
  plan::verify_plan(network.graph, network.plan);
  return network;
}

void check_budget(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board) {
  plan::require_arena_fits(graph, plan, board);
  const std::int64_t constants = plan::constant_bytes(graph);
  if (constants <= board.flash_bytes) return;
  const ir::Op* largest = nullptr;
  std::int64_t most = -1;
  for (const ir::Op& op : graph.ops) {
    std::int64_t bytes = 0;
    for (const ir::TensorId id : op.inputs) {
      if (id != ir::no_tensor && graph.tensor(id).is_constant()) bytes += graph.tensor(id).bytes();
    }
    if (bytes > most) {
      most = bytes;
      largest = &op;
    }
  }
  throw Error(fmt::format("{}: does not fit {}: its weights need {} bytes of flash, {} more than the {} there are; the "
                          "largest layer is \"{}\" with {} bytes",
                          graph.name, board.name, constants, constants - board.flash_bytes, board.flash_bytes,
                          graph.name_of(*largest), most),
              "a board with more flash (thimble boards), or --ignore-budget to go on anyway", Exit::answer_is_no);
}

void add_json(CLI::App& verb, std::filesystem::path& file) {
  verb.add_option("--json", file, "Also write the numbers to this file")->type_name("FILE");
}

}  // namespace thimble::cli
