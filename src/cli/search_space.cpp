#include "cli/search_space.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <utility>

#include <fmt/core.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "cli/byte_size.h"
#include "cli/prepare.h"
#include "cli/space_pictures.h"
#include "cli/stage_arguments.h"
#include "plan/planner.h"
#include "search/design_space.h"
#include "search/space_ranking.h"
#include "target/board.h"

namespace thimble::cli {

namespace {

namespace fs = std::filesystem;
using search::BestSpace;
using search::SpaceRank;

struct SpaceArguments {
  std::string stage;
  std::string space = "mcunet";
  std::string board = "stm32f746";
  std::string planner = "tinyengine";
  std::int64_t sram = 0, flash = 0;
  plan::InputMode input_mode = plan::InputMode::resident;
  search::TimeBounds bounds;
  int max_resolution = 0;
  bool sensitivity = false;
  std::vector<std::int64_t> srams, flashes;
  fs::path output, json;
  search::RankingOptions ranking;
};

void add_options(CLI::App& app, SpaceArguments& given) {
  app.footer(
      "Examples:\n"
      "  thimble search --stage space --space mcunet --board stm32f746 --planner tinyengine -o out/\n"
      "  thimble search --stage space --planner full --fps 10 -o out/\n"
      "  thimble search --stage space --sensitivity -o out/\n"
      "docs/search.md explains design spaces, the four planners and the figures.");
  app.add_option("--stage", given.stage, "space: this one");
  app.add_option("--space", given.space, "Design space: a name (mcunet, mcunetv2, small) or a .json file")
      ->capture_default_str();
  app.add_option("--board", given.board, "The board, of `thimble boards`")->capture_default_str();
  app.add_option("--sram", given.sram, "Bytes of SRAM (default: the board's); 16kB is 16384")->transform(byte_size());
  app.add_option("--flash", given.flash, "Bytes of flash (default: the board's)")->transform(byte_size());
  app.add_option("--planner", given.planner, "Who plans the memory: tflm, tinyengine, patch or full")
      ->capture_default_str();
  app.add_option("--input-mode", given.input_mode,
                 "Of the full planner: the picture is in the arena (resident), or the caller hands it over (rows)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, plan::InputMode>{
          {"resident", plan::InputMode::resident}, {"rows", plan::InputMode::rows}}))
      ->default_str("resident");
  app.add_option("--max-macs", given.bounds.max_mmacs, "Millions of MACs that a network may have")
      ->check(CLI::PositiveNumber);
  app.add_option("--fps", given.bounds.fps, "Pictures a second that the board has to take, by predicted cycles")
      ->check(CLI::PositiveNumber);
  app.add_option("--max-uj", given.bounds.max_uj, "Microjoules that an inference may take, at the board's active power")
      ->check(CLI::PositiveNumber);
  app.add_option("--max-resolution", given.max_resolution, "Leave out larger pictures, such as those the data has not")
      ->check(CLI::PositiveNumber);
  app.add_option("--samples", given.ranking.samples, "Networks that fit, of each space")
      ->capture_default_str()
      ->check(CLI::Range(10, 1'000'000));
  app.add_option("--tries", given.ranking.most_tries, "Networks that may be drawn to find them")
      ->capture_default_str()
      ->check(CLI::Range(10, 100'000'000));
  app.add_option("--seed", given.ranking.seed, "Same seed, same result")->capture_default_str();
  app.add_option("--threads", given.ranking.threads, "0: one for each core")->check(CLI::Range(0, 1024));
  app.add_flag("--sensitivity", given.sensitivity,
               "The best space for each of a grid of memories, instead of a board's");
  app.add_option("--srams", given.srams, "Its SRAM sizes (default 192kB to 512kB)")
      ->transform(byte_size())
      ->delimiter(',');
  app.add_option("--flashes", given.flashes, "Its flash sizes (default 512kB to 2MB)")
      ->transform(byte_size())
      ->delimiter(',');
  app.add_option("-o,--output", given.output, "Write spaces.json and spaces.svg to this folder, or sensitivity.*")
      ->type_name("DIR");
  add_json(app, given.json);
}

/// The space without resolutions that are left out.
search::DesignSpace space_of(const SpaceArguments& given) {
  search::DesignSpace space = search::design_space(given.space);
  if (given.max_resolution == 0) return space;
  std::erase_if(space.resolutions, [&](int resolution) { return resolution > given.max_resolution; });
  if (space.resolutions.empty())
    fail("--max-resolution {}: the design space {} has only larger ones", given.max_resolution, space.name);
  return space;
}

search::RankingOptions options_of(const SpaceArguments& given, const target::Board& board) {
  search::RankingOptions options = given.ranking;
  options.planner = search::planner_of(given.planner);
  options.input_by_rows = given.input_mode == plan::InputMode::rows;
  if (options.threads == 0) options.threads = available_threads();
  options.limits = search::limits_on(board, given.bounds);
  if (options.planner == search::Planner::full && !given.bounds.any()) {
    throw Error("--planner full: with it memory limits few networks, and the largest resolution would always win",
                "bound the time too: --fps 10, or --max-macs 60");
  }
  return options;
}

Json limits_json(const search::Limits& limits) {
  return {{"sram", limits.sram_bytes}, {"flash", limits.flash_bytes}, {"macs", limits.macs}, {"cycles", limits.cycles}};
}

Json json_of(const SpaceRank& rank) {
  Json deciles = Json::array();
  for (int i = 0; i <= 10; ++i) deciles.push_back(search::percentile(rank.macs, i / 10.0));
  return {{"resolution", rank.resolution},
          {"width", rank.width},
          {"tries", rank.tries},
          {"fit", rank.macs.size()},
          {"acceptance", rank.acceptance()},
          {"ranked", !rank.is_rare},
          {"mean_macs", rank.mean_macs},
          {"interval", {rank.interval.low, rank.interval.high}},
          {"percentile_80", rank.percentile_80},
          {"deciles", std::move(deciles)}};
}

void print(const std::vector<SpaceRank>& ranks) {
  constexpr std::size_t shown = 12;
  const auto ranked = static_cast<std::size_t>(std::ranges::count(ranks, false, &SpaceRank::is_rare));
  fmt::print("{:<12} {:>9}  {:>17} {:>9} {:>7}\n", "R x W", "mean MMAC", "95 % interval", "80 %", "fit");
  for (std::size_t i = 0; i < std::min(shown, ranked); ++i) {
    const SpaceRank& rank = ranks[i];
    fmt::print("{:<12} {:>9.2f}  {:>7.2f} ... {:>5.2f} {:>9.2f} {:>5.1f} %\n", name_of(rank), rank.mean_macs / 1e6,
               rank.interval.low / 1e6, rank.interval.high / 1e6, rank.percentile_80 / 1e6, 100 * rank.acceptance());
  }
  if (ranked > shown) fmt::print("... and {} more\n", ranked - shown);
  if (ranked < ranks.size())
    fmt::print("{} spaces are not ranked: fewer than 5 % of their networks fit\n", ranks.size() - ranked);
}

std::string memories(std::int64_t sram, std::int64_t flash) {
  return fmt::format("{:g} kB SRAM, {:g} kB flash", static_cast<double>(sram) / 1024,
                     static_cast<double>(flash) / 1024);
}

void rank(const SpaceArguments& given, const search::DesignSpace& space, const target::Board& board) {
  const search::RankingOptions options = options_of(given, board);
  search::LayerTable table(board.core);
  std::vector<SpaceRank> ranks;
  {
    Progress progress("ranking spaces", static_cast<std::int64_t>(space.resolutions.size() * space.widths.size()));
    ranks =
        search::rank_spaces(space, table, options, [&](const SpaceRank& done) { progress.advance(1, name_of(done)); });
  }
  print(ranks);
  Json json{{"space", space.name},        {"board", board.name},
            {"planner", given.planner},   {"limits", limits_json(options.limits)},
            {"samples", options.samples}, {"seed", options.seed},
            {"spaces", Json::array()}};
  for (const SpaceRank& rank : ranks) json["spaces"].push_back(json_of(rank));
  const std::string what =
      fmt::format("{}, {}, {} planner", space.name,
                  memories(options.limits.sram_bytes + plan::stack_bytes, options.limits.flash_bytes), given.planner);
  if (!given.output.empty()) {
    write_json(given.output / "spaces.json", json);
    write_text(given.output / "spaces.svg", picture_of(ranks, what));
  }
  if (!given.json.empty()) write_json(given.json, json);
  if (ranks.front().is_rare) {
    throw Error(fmt::format("in no space of {} do 5 % of the networks fit {}", space.name, what),
                "a smaller design space, a board with more memory, or another --planner", Exit::answer_is_no);
  }
  fmt::print("best: resolution {}, width {:g}\n", ranks.front().resolution, ranks.front().width);
}

std::vector<std::int64_t> sizes_or(std::vector<std::int64_t> given, std::vector<std::int64_t> kilobytes) {
  if (!given.empty()) {
    std::ranges::sort(given);
    return given;
  }
  for (std::int64_t& size : kilobytes) size *= 1024;
  return kilobytes;
}

void find_sensitivity(const SpaceArguments& given, const search::DesignSpace& space, const target::Board& board) {
  search::RankingOptions options = options_of(given, board);
  options.limits.flash_bytes = 0;
  if (options.planner != search::Planner::full) options.limits.sram_bytes = 0;
  search::LayerTable table(board.core);
  std::vector<search::SampledSpace> sampled;
  {
    Progress progress("sampling spaces", static_cast<std::int64_t>(space.resolutions.size() * space.widths.size()));
    sampled = search::sample_spaces(space, table, options, [&] { progress.advance(); });
  }
  const auto srams = sizes_or(given.srams, {192, 256, 320, 384, 512});
  const auto flashes = sizes_or(given.flashes, {512, 768, 1024, 1536, 2048});
  std::vector<std::vector<BestSpace>> best;
  Json json{{"space", space.name},        {"planner", given.planner}, {"core", board.core.name},
            {"samples", options.samples}, {"seed", options.seed},     {"best", Json::array()}};
  for (const std::int64_t sram : srams) {
    best.emplace_back();
    for (const std::int64_t flash : flashes) {
      BestSpace cell = search::best_space(sampled, sram - plan::stack_bytes, flash, options.least_acceptance);
      cell.sram_bytes = sram;
      best.back().push_back(cell);
      json["best"].push_back({{"sram", sram},
                              {"flash", flash},
                              {"resolution", cell.resolution},
                              {"width", cell.width},
                              {"mean_macs", cell.mean_macs}});
      fmt::print("{:<34} resolution {:>3}, width {:<4g} mean {:>6.1f} MMAC\n", memories(sram, flash), cell.resolution,
                 cell.width, cell.mean_macs / 1e6);
    }
  }
  if (!given.output.empty()) {
    write_json(given.output / "sensitivity.json", json);
    write_text(given.output / "sensitivity.svg",
               picture_of(best, fmt::format("{}, {} planner", space.name, given.planner)));
  }
  if (!given.json.empty()) write_json(given.json, json);
}

}  // namespace

void search_space(std::vector<std::string> arguments) {
  CLI::App app(
      "Ranks the spaces of a design space, resolution by width, for a board. Trains nothing and needs no data.",
      "thimble search --stage space");
  SpaceArguments given;
  given.ranking.threads = 0;
  add_options(app, given);
  if (!parse_stage(app, std::move(arguments))) return;
  const search::DesignSpace space = space_of(given);
  target::Board board = target::board(given.board);
  if (given.sram > 0) board.sram_bytes = given.sram;
  if (given.flash > 0) board.flash_bytes = given.flash;
  given.sensitivity ? find_sensitivity(given, space, board) : rank(given, space, board);
}

}  // namespace thimble::cli
