#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "base/json.h"
#include "cli/prepare.h"
#include "cli/verbs.h"
#include "emit/emit.h"
#include "plan/regions.h"

namespace thimble::cli {

namespace {

struct CompileOptions {
  ModelOptions model;
  PlanningOptions planning;
  std::filesystem::path folder;
  std::string name;
  std::filesystem::path json;
};

void compile(const CompileOptions& options) {
  const target::Board board = options.planning.chosen_board();
  const ir::Graph model = options.model.simplified();
  const auto [graph, plan, rewritings] = options.planning.planned(model, board);
  if (!options.planning.ignore_budget) check_budget(graph, plan, board);
  const std::string name =
      emit::c_identifier(options.name.empty() ? options.model.model.stem().string() : options.name);
  const auto files = emit::emit_program(graph, plan, {name, board.name});
  emit::write_files(files, options.folder);
  fmt::print("{}: {} layers for {} in {}: {} bytes of arena, {} bytes of constants and the code beside them\n", name,
             graph.ops.size(), board.name, options.folder.string(), plan.arena_bytes, plan::constant_bytes(graph));
  if (!plan.regions.empty()) fmt::print("  no one memory holds the arena of {}\n", plan::arena_text(plan));
  fmt::print("  #include \"{0}.h\" and call {0}_invoke{1}; `thimble bench` measures it\n", name,
             plan.takes_rows() ? "_rows(arena, ...)" : "(arena)");
  if (!options.json.empty()) {
    Json sram = {{"arena", plan.arena_bytes}};
    for (const target::MemoryRegion& region : plan.regions) sram["regions"][region.name] = region.bytes;
    Json written = Json::array();
    for (const emit::File& file : files) written.push_back(file.path);
    write_json(options.json, {{"name", name},
                              {"board", board.name},
                              {"sram", sram},
                              {"constants", plan::constant_bytes(graph)},
                              {"macs", {{"model", ir::macs_of(model)}, {"executed", plan::executed_macs(graph, plan)}}},
                              {"files", written}});
  }
}

}  // namespace

void add_compile(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("compile", "Compile an int8 model to a folder of plain C");
  verb->footer("Example: thimble compile person.tflite --board stm32f746 -o out/");
  auto options = std::make_shared<CompileOptions>();
  options->model.add_to(*verb);
  options->planning.add_to(*verb);
  verb->add_option("-o,--output", options->folder, "The folder to write")->required()->type_name("FOLDER");
  verb->add_option("--name", options->name, "Prefix of every C name (default: the model file's name)");
  add_json(*verb, options->json);
  verb->callback([options] { compile(*options); });
}

}  // namespace thimble::cli
