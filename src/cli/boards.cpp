#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/core.h>

#include "base/json.h"
#include "cli/prepare.h"
#include "cli/verbs.h"
#include "target/board.h"

namespace thimble::cli {

namespace {

/// What the board has of SRAM beside the region that plans use first, for arenas that need more.
std::string more_of(const target::Board& board) {
  std::int64_t bytes = 0;
  for (const target::MemoryRegion& region : board.regions) bytes += region.bytes;
  const std::int64_t more = bytes - board.sram_bytes;
  return more > 0 ? fmt::format("{} kB", more / 1024) : "";
}

}  // namespace

void add_boards(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("boards", "List the boards that Thimble knows");
  verb->footer("Example: thimble boards --json boards.json");
  auto json = std::make_shared<std::filesystem::path>();
  add_json(*verb, *json);
  verb->callback([json] {
    Json list = Json::array();
    fmt::print("{:<12} {:<14} {:>8} {:>10} {:>10} {:>10}  {}\n", "board", "core", "MHz", "SRAM", "more", "flash", "");
    for (const target::Board& board : target::boards()) {
      fmt::print("{:<12} {:<14} {:>8g} {:>7} kB {:>10} {:>7} kB  {}\n", board.name, board.core.name, board.clock_mhz,
                 board.sram_bytes / 1024, more_of(board), board.flash_bytes / 1024, board.description);
      Json regions = Json::object();
      for (const target::MemoryRegion& region : board.regions) regions[region.name] = region.bytes;
      list.push_back({{"name", board.name},
                      {"core", board.core.name},
                      {"clock_mhz", board.clock_mhz},
                      {"sram", board.sram_bytes},
                      {"regions", regions},
                      {"flash", board.flash_bytes},
                      {"active_power_mw", board.active_power_mw}});
    }
    if (!json->empty()) write_json(*json, list);
  });
}

}  // namespace thimble::cli
