#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <fmt/core.h>

#include "base/error.h"
#include "base/json.h"
#include "cli/patch_counts.h"
#include "cli/prepare.h"
#include "cli/sizes.h"
#include "cli/verbs.h"
#include "ir/netconfig_layers.h"
#include "ir/redistribute.h"

namespace thimble::cli {

namespace {

struct PatchesOptions {
  std::string model;
  std::string grid = "4x4";
  std::string until;
  std::optional<std::size_t> blocks;
  bool layers = false;
  bool redistribute = false;
  int stage_kernel = 1;
  bool keep_later_kernels = false;
  std::filesystem::path output;
  std::filesystem::path json;
};

const ir::NetConfig& config_of(const PatchSubject& subject, const char* option) {
  if (subject.config) return *subject.config;
  throw Error(
      fmt::format("{}: {} needs an arch.json or the name of a network, not a .tflite", subject.graph.name, option),
      "--until TENSOR names the end of the patch stage in any model; `thimble inspect` lists the tensors");
}

/// Where the patch stage is to end; none: anywhere.
std::optional<ir::TensorId> end_of_stage(const PatchSubject& subject, const PatchesOptions& options) {
  if (options.blocks) {
    config_of(subject, "--blocks");
    return end_of_blocks(subject, *options.blocks);
  }
  if (options.until.empty()) return std::nullopt;
  const auto& tensors = subject.graph.tensors;
  const auto found = std::ranges::find(tensors, options.until, &ir::Tensor::name);
  if (found == tensors.end() || found->is_constant()) {
    throw Error(fmt::format("{}: there is no tensor \"{}\"", subject.graph.name, options.until),
                "`thimble inspect` lists the tensors of a .tflite; blocks of an arch.json are \"block0/project\", ...");
  }
  return static_cast<ir::TensorId>(found - tensors.begin());
}

/// What every layer computes in one patch in the middle, and what it would compute at once.
void print_layers(const ir::Graph& graph, const plan::PatchGeometry& stage) {
  const auto middle = static_cast<std::size_t>((stage.grid.rows / 2) * stage.grid.columns + stage.grid.columns / 2);
  fmt::print("\n  one patch, layer by layer     whole         patch      MMAC, all patches     x    live kB\n");
  for (std::size_t i = 0; i < stage.patches[middle].layers.size(); ++i) {
    const plan::PatchLayer& layer = stage.patches[middle].layers[i];
    const ir::Op& op = graph.ops[static_cast<std::size_t>(layer.op)];
    std::int64_t executed = 0;
    for (const plan::Patch& patch : stage.patches) executed += patch.layers[i].macs;
    const ir::Region all = ir::whole(graph.tensor(op.outputs.at(0)));
    const auto macs = static_cast<double>(ir::macs_of(graph, op));
    fmt::print("  {:<24} {:>6} x {:<6} {:>5} x {:<5} {:>7.2f} -> {:>7.2f} {:>6} {:>9.1f}\n", graph.name_of(op),
               all.rows.count(), all.columns.count(), layer.region.rows.count(), layer.region.columns.count(),
               macs / 1e6, static_cast<double>(executed) / 1e6,
               macs > 0 ? fmt::format("{:.2f}", static_cast<double>(executed) / macs) : "", kilobytes(layer.bytes));
  }
}

Json show_front(const PatchSubject& subject, plan::PatchGrid grid) {
  const ir::Graph& graph = subject.graph;
  const auto memory = plan::InputMemory::excluded;
  fmt::print(
      "{}: ends of the patch stage for {} x {} patches; {:.1f} kB layer by layer (no picture, all that is live)\n\n",
      graph.name, grid.rows, grid.columns, kilobytes(plan::layerwise_peak_bytes(graph, plan::Counting::live, memory)));
  fmt::print("  {:<28} {:<16} {:>7} {:>11} {:>12}\n", "ends with", "of", "peak kB", "patch", "MACs");
  Json front = Json::array();
  for (const plan::PatchedNetwork& network : plan::patch_front(graph, grid, {}, memory)) {
    const ir::Tensor& end = graph.tensor(network.stage.output);
    fmt::print("  {:<28} {:<16} {:>7.1f} {:>4} x {:<4} {:>+11.1f} %\n", end.name, image_text(end),
               kilobytes(network.peak_bytes(memory)), network.stage.input_rows(), network.stage.input_columns(),
               100 * network.overhead());
    front.push_back(to_json(graph, count_patches(graph, network.stage.output, grid)));
  }
  fmt::print("\n--until NAME or --blocks N shows one of them in full.\n");
  return {{"front", front}};
}

Json show_redistributed(const PatchSubject& before, plan::PatchGrid grid, const PatchesOptions& options) {
  ir::RedistributeOptions choice;
  choice.stage_blocks = *options.blocks;
  choice.stage_kernel = options.stage_kernel;
  choice.restore_field = !options.keep_later_kernels;
  ir::Redistributed result = ir::redistribute(*before.config, choice);
  result.config.name += "-rd";
  const PatchSubject after = patch_subject(result.config);
  const PatchCounts counts = count_patches(after.graph, end_of_blocks(after, *options.blocks), grid);
  fmt::print("\n{}", text_of(after.graph, counts));
  if (options.layers) print_layers(after.graph, counts.live.stage);
  const auto recomputed = static_cast<double>(counts.clipped.macs_executed - counts.clipped.macs_model);
  fmt::print("\n  Halo: {:.2f} MMAC, {:+.1f} % of the network that was given.\n", recomputed / 1e6,
             100 * recomputed / static_cast<double>(ir::macs_of(before.graph)));
  fmt::print("  Receptive field of the last feature map: {} pixels before, {} after.\n", result.field_before,
             result.field_after);
  Json changes = Json::array();
  for (const ir::KernelChange& change : result.changes) {
    fmt::print("  block{}: depthwise {} x {} becomes {} x {}\n", change.block, change.before, change.before,
               change.after, change.after);
    changes.push_back({{"block", change.block}, {"before", change.before}, {"after", change.after}});
  }
  if (!options.output.empty()) write_json(options.output, ir::to_json(result.config));
  Json json = to_json(after.graph, counts);
  json["changes"] = changes;
  json["receptive_field"] = {{"before", result.field_before}, {"after", result.field_after}};
  return json;
}

void show_patches(const PatchesOptions& options) {
  const PatchSubject subject = patch_subject(options.model);
  const plan::PatchGrid grid = parse_grid(options.grid);
  if (options.redistribute) config_of(subject, "--redistribute");
  const std::optional<ir::TensorId> end = end_of_stage(subject, options);
  Json json;
  if (!end) {
    json = show_front(subject, grid);
  } else {
    const PatchCounts counts = count_patches(subject.graph, *end, grid);
    fmt::print("{}", text_of(subject.graph, counts));
    if (options.layers) print_layers(subject.graph, counts.live.stage);
    json = to_json(subject.graph, counts);
    if (options.redistribute) json["redistributed"] = show_redistributed(subject, grid, options);
  }
  if (!options.json.empty()) write_json(options.json, json);
}

}  // namespace

void add_patches(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("patches", "Count what running the first layers in patches saves and costs");
  verb->footer(
      "Examples: thimble patches person.tflite --grid 3x3\n"
      "          thimble patches mobilenetv2 --blocks 4 --redistribute -o rd.json\n"
      "Counts as MCUNetV2 does (arXiv 2110.15352), in each of its conventions; `thimble plan` has the exact plan.");
  auto options = std::make_shared<PatchesOptions>();
  verb->add_option("model", options->model, "A .tflite file, an arch.json, or a network's name, such as mobilenetv2")
      ->required()
      ->type_name("MODEL");
  verb->add_option("--grid", options->grid, "Patches along rows and columns")->capture_default_str()->type_name("PxQ");
  CLI::Option* until =
      verb->add_option("--until", options->until, "The tensor that the patch stage computes")->type_name("TENSOR");
  CLI::Option* blocks = verb->add_option("--blocks", options->blocks,
                                         "Or: the blocks of the arch.json in it, after the first convolution")
                            ->type_name("N")
                            ->excludes(until);
  verb->add_flag("--layers", options->layers, "List the layers of a patch");
  CLI::Option* redistribute =
      verb->add_flag("--redistribute", options->redistribute,
                     "Also move kernel size out of the patch stage into later layers, and count again")
          ->needs(blocks);
  verb->add_option("--stage-kernel", options->stage_kernel,
                   "Depthwise kernels that remain in the patch stage at stride 1")
      ->capture_default_str()
      ->needs(redistribute);
  verb->add_flag("--keep-later-kernels", options->keep_later_kernels, "Do not enlarge later kernels in return")
      ->needs(redistribute);
  verb->add_option("-o,--output", options->output, "Write the redistributed arch.json to this file")
      ->needs(redistribute)
      ->type_name("FILE");
  add_json(*verb, options->json);
  verb->callback([options] { show_patches(*options); });
}

}  // namespace thimble::cli
