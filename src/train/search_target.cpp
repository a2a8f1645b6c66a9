#include "train/search_target.h"

#include <fmt/format.h>

namespace thimble::train {

namespace {

std::string size_name(std::int64_t bytes) {
  return bytes % 1024 == 0 ? fmt::format("{}kB", bytes / 1024) : fmt::format("{}B", bytes);
}

SearchTarget target_of(const SearchSettings& settings, const std::string& board, std::int64_t sram, std::int64_t flash,
                       const std::string& planner) {
  SearchTarget target;
  target.board = target::board(board);
  target.planner = search::planner_of(planner);
  if (sram > 0) target.board.sram_bytes = sram;
  if (flash > 0) target.board.flash_bytes = flash;
  target.name = fmt::format("{}-{}-{}-{}", board, size_name(target.board.sram_bytes),
                            size_name(target.board.flash_bytes), planner);
  target.limits = search::limits_on(target.board, settings.bounds);
  return target;
}

}  // namespace

std::vector<SearchTarget> targets_of(const SearchSettings& settings, const std::filesystem::path& folder) {
  using Budget = std::pair<std::int64_t, std::int64_t>;
  const auto or_one = [](auto list, auto one) { return list.empty() ? decltype(list){one} : list; };
  std::vector<SearchTarget> targets;
  for (const std::string& board : or_one(settings.boards, settings.board))
    for (const auto& [sram, flash] : or_one(settings.budgets, Budget{settings.sram, settings.flash}))
      for (const std::string& planner : or_one(settings.planners, settings.planner))
        targets.push_back(target_of(settings, board, sram, flash, planner));
  const bool is_list = !settings.boards.empty() || !settings.budgets.empty() || !settings.planners.empty();
  for (SearchTarget& target : targets) target.folder = is_list ? folder / "targets" / target.name : folder;
  return targets;
}

search::LayerTable& LayerTables::of(const target::Core& core) {
  std::unique_ptr<search::LayerTable>& table = tables_[core.name];
  if (!table) table = std::make_unique<search::LayerTable>(core);
  return *table;
}

search::CandidateCost cost_on(const SearchTarget& target, LayerTables& tables, const SearchSettings& settings) {
  return search::planned_cost(target.space, tables.of(target.board.core),
                              {.planner = target.planner,
                               .input_by_rows = settings.input_by_rows,
                               .sram_limit = target.limits.sram_bytes,
                               .flash_limit = target.limits.flash_bytes});
}

}  // namespace thimble::train
