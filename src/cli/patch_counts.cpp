#include "cli/patch_counts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include <fmt/format.h>

#include "base/error.h"
#include "cli/sizes.h"
#include "import/tflite_import.h"
#include "ir/builders/builders.h"
#include "ir/netconfig_graph.h"
#include "ir/netconfig_layers.h"
#include "passes/passes.h"

namespace thimble::cli {

namespace {

using plan::Counting;
using plan::InputMemory;
using plan::PatchedNetwork;

/// A way of counting memory, and what it is called.
struct MemoryLine {
  const char* name;
  const char* key;
  Counting counting;
  InputMemory input;
};
constexpr std::array<MemoryLine, 4> memory_lines{{
    {"each layer's input and output, no picture", "layer", Counting::layer, InputMemory::excluded},
    {"all that is live, no picture", "live", Counting::live, InputMemory::excluded},
    {"all that is live, the patch's picture", "live_and_patch", Counting::live, InputMemory::patch},
    {"all that is live, the whole picture", "live_and_input", Counting::live, InputMemory::resident},
}};

const PatchedNetwork& network_of(const PatchCounts& counts, const MemoryLine& line) {
  return line.counting == Counting::live ? counts.live : counts.clipped;
}

std::string macs_line(const char* name, const PatchedNetwork& network) {
  const auto mega = [](std::int64_t macs) { return static_cast<double>(macs) / 1e6; };
  return fmt::format("  {:<11} {:>4} x {:<4} {:>8.2f} -> {:>7.2f}  {:>+6.1f} % {:>8.2f} -> {:>7.2f}  {:>+6.1f} %\n",
                     name, network.stage.input_rows(), network.stage.input_columns(), mega(network.stage.macs_model),
                     mega(network.stage.macs_executed), 100 * network.stage_overhead(), mega(network.macs_model),
                     mega(network.macs_executed), 100 * network.overhead());
}

Json macs_json(const PatchedNetwork& network) {
  return {{"patch", {network.stage.input_rows(), network.stage.input_columns()}},
          {"stage", {{"model", network.stage.macs_model}, {"executed", network.stage.macs_executed}}},
          {"network", {{"model", network.macs_model}, {"executed", network.macs_executed}}}};
}

}  // namespace

PatchSubject patch_subject(const std::string& model) {
  const std::filesystem::path file(model);
  if (file.extension() == ".tflite") return {passes::simplify(import::read_tflite(file)), std::nullopt};
  return patch_subject(file.extension() == ".json" ? ir::read_netconfig(file) : ir::builders::build(model));
}

PatchSubject patch_subject(const ir::NetConfig& config) {
  PatchSubject subject{ir::to_graph(config), config};
  for (ir::Tensor& tensor : subject.graph.tensors) {
    if (!tensor.is_constant()) tensor.type = ir::DataType::int8;
  }
  return subject;
}

ir::TensorId end_of_blocks(const PatchSubject& subject, std::size_t blocks) {
  const ir::NetConfig& config = *subject.config;
  if (blocks > config.blocks.size()) {
    fail("{}: has {} blocks; {} cannot run in patches", config.name, config.blocks.size(), blocks);
  }
  std::string end = "first_conv";
  for (const ir::NetLayer& layer : ir::layers_of(config)) {
    std::size_t block = 0;
    if (!layer.name.starts_with("block")) continue;
    const char* digits = layer.name.data() + 5;
    std::from_chars(digits, layer.name.data() + layer.name.size(), block);
    if (block < blocks) end = layer.name;
  }
  const auto found = std::ranges::find(subject.graph.tensors, end, &ir::Tensor::name);
  return static_cast<ir::TensorId>(found - subject.graph.tensors.begin());
}

plan::PatchGrid parse_grid(const std::string& text) {
  plan::PatchGrid grid{0, 0};
  const char* end = text.data() + text.size();
  const auto rows = std::from_chars(text.data(), end, grid.rows);
  const bool separated = rows.ec == std::errc{} && rows.ptr != end && *rows.ptr == 'x';
  if (separated) {
    const auto columns = std::from_chars(rows.ptr + 1, end, grid.columns);
    if (columns.ec == std::errc{} && columns.ptr == end && grid.rows > 0 && grid.columns > 0) return grid;
  }
  throw Error(fmt::format("--grid {}: is not a number of patches along rows and columns", text),
              "write it as 4x4 or 2x3");
}

PatchCounts count_patches(const ir::Graph& graph, ir::TensorId end, plan::PatchGrid grid) {
  return {plan::patched_network(graph, end, grid, {ir::Borders::unclipped, Counting::layer}),
          plan::patched_network(graph, end, grid, {ir::Borders::clipped, Counting::layer}),
          plan::patched_network(graph, end, grid, {ir::Borders::clipped, Counting::live})};
}

std::string text_of(const ir::Graph& graph, const PatchCounts& counts) {
  const plan::PatchGeometry& stage = counts.clipped.stage;
  std::string text = fmt::format("{}: {} x {} patches of \"{}\" ({}), from a picture of {}\n\n", graph.name,
                                 stage.grid.rows, stage.grid.columns, graph.tensor(stage.output).name,
                                 image_text(graph.tensor(stage.output)), image_text(graph.tensor(stage.input)));
  text += "  borders     patch       MMAC of the patch stage         MMAC of the network\n";
  text += macs_line("not clipped", counts.unclipped) + macs_line("clipped", counts.clipped);
  text += "\n  peak kB                                      patches  layer by layer\n";
  for (const MemoryLine& line : memory_lines) {
    text += fmt::format("  {:<44} {:>7.1f}  {:>7.1f}\n", line.name,
                        kilobytes(network_of(counts, line).peak_bytes(line.input)),
                        kilobytes(plan::layerwise_peak_bytes(graph, line.counting, line.input)));
  }
  return text;
}

Json to_json(const ir::Graph& graph, const PatchCounts& counts) {
  const plan::PatchGeometry& stage = counts.clipped.stage;
  Json json = {{"name", graph.name},
               {"grid", {stage.grid.rows, stage.grid.columns}},
               {"until", graph.tensor(stage.output).name},
               {"macs", {{"unclipped", macs_json(counts.unclipped)}, {"clipped", macs_json(counts.clipped)}}}};
  for (const MemoryLine& line : memory_lines) {
    json["peak"][line.key] = {{"patches", network_of(counts, line).peak_bytes(line.input)},
                              {"layerwise", plan::layerwise_peak_bytes(graph, line.counting, line.input)}};
  }
  return json;
}

std::string image_text(const ir::Tensor& tensor) {
  const std::size_t batch = tensor.shape.size() == 4 ? 1 : 0;
  return fmt::format("{}",
                     fmt::join(tensor.shape.begin() + static_cast<std::ptrdiff_t>(batch), tensor.shape.end(), " x "));
}

}  // namespace thimble::cli
