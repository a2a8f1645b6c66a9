#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/json.h"
#include "cli/patch_counts.h"
#include "cli/prepare.h"
#include "cli/sizes.h"
#include "cli/verbs.h"
#include "ir/builders/builders.h"
#include "ir/redistribute.h"

namespace thimble::cli {

namespace {

/// A network with the blocks after its first convolution that lead to the first feature map of an eighth of the
/// picture's size: where the papers' patch stages end.
struct StudiedNetwork {
  const char* name;
  std::size_t blocks;
};
constexpr std::array<StudiedNetwork, 6> networks{{
    {"mobilenetv2", 4},
    {"mnasnet", 5},
    {"fbnet-a", 6},
    {"mcunet-in3", 6},
    {"mcunet-vww1", 5},
    {"mcunet-vww2", 6},
}};

std::string mega(std::int64_t macs) { return fmt::format("{:.1f}", static_cast<double>(macs) / 1e6); }

/// One line of the Markdown table, for a network and a grid.
Json print_counts(const PatchSubject& subject, std::size_t blocks, plan::PatchGrid grid) {
  const PatchCounts counts = count_patches(subject.graph, end_of_blocks(subject, blocks), grid);
  const auto excluded = plan::InputMemory::excluded;
  const std::int64_t layerwise = plan::layerwise_peak_bytes(subject.graph, plan::Counting::layer, excluded);
  const std::int64_t peak = counts.clipped.peak_bytes(excluded);
  fmt::print(
      "| {} | {} x {} | {} x {} | {:+.1f} % | {:+.1f} % | {} -> {} | {:+.1f} % | {:+.1f} % | {:.1f} | {:.1f} | {:.1f}x "
      "| {:.1f} |\n",
      subject.graph.name, grid.rows, grid.columns, counts.unclipped.stage.input_rows(),
      counts.unclipped.stage.input_columns(), 100 * counts.unclipped.stage_overhead(),
      100 * counts.clipped.stage_overhead(), mega(counts.clipped.macs_model), mega(counts.clipped.macs_executed),
      100 * counts.unclipped.overhead(), 100 * counts.clipped.overhead(), kilobytes(layerwise), kilobytes(peak),
      static_cast<double>(layerwise) / static_cast<double>(peak), kilobytes(counts.live.peak_bytes(excluded)));
  return to_json(subject.graph, counts);
}

void study_patches(const std::filesystem::path& json_file) {
  fmt::print(
      "| network | patches | patch | stage, not clipped | stage, clipped | MMAC, clipped | network, not clipped | "
      "network, clipped | layer by layer, kB | patches, kB | less by | live, kB |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  Json json = Json::array();
  for (const StudiedNetwork& network : networks) {
    const ir::NetConfig config = ir::builders::build(network.name);
    ir::RedistributeOptions options;
    options.stage_blocks = network.blocks;
    ir::NetConfig redistributed = ir::redistribute(config, options).config;
    redistributed.name += "-rd";
    for (const ir::NetConfig& variant : {config, redistributed}) {
      const PatchSubject subject = patch_subject(variant);
      for (const int patches : {2, 3, 4}) {
        json.push_back(print_counts(subject, network.blocks, {patches, patches}));
      }
    }
  }
  if (!json_file.empty()) write_json(json_file, json);
}

}  // namespace

void add_study_patches(CLI::App& study) {
  CLI::App* verb = study.add_subcommand(
      "patches", "What do patches save and cost in published networks, before and after redistribution?");
  verb->footer(
      "Example: thimble study patches > patches.md\n"
      "MCUNetV2's figures 5 and 6 (arXiv 2110.15352) as a table; docs/patches.md explains its columns.");
  auto json = std::make_shared<std::filesystem::path>();
  add_json(*verb, *json);
  verb->callback([json] { study_patches(*json); });
}

}  // namespace thimble::cli
