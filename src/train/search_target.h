// train/search_target.h
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "search/candidate.h"
#include "search/design_space.h"
#include "search/limits.h"
#include "target/board.h"
#include "train/search_settings.h"

namespace thimble::train {

/// What a network is searched for: a board, how much of it there is, and who plans its memory.
struct SearchTarget {
  std::string name;     ///< "stm32f412-16kB-128kB-full"
  target::Board board;  ///< With the memories of the budget.
  search::Limits limits;
  search::Planner planner = search::Planner::full;
  std::filesystem::path folder;  ///< For what is found: the run's own, or one in targets/ where lists are given.
  bool fits = true;              ///< False: hardly any network of any space keeps the limits.
  search::DesignSpace space;     ///< The part of the supernet's space that suits it best.
};

/// Each board with each budget and each planner, in this order. Their spaces are not chosen yet.
/// @throws Error for a board or a planner that there is not.
std::vector<SearchTarget> targets_of(const SearchSettings& settings, const std::filesystem::path& folder);

/// The layers of a design space on each core that is asked for.
class LayerTables {
 public:
  search::LayerTable& of(const target::Core& core);

 private:
  std::map<std::string, std::unique_ptr<search::LayerTable>> tables_;
};

/// What networks of the target's space need there. Both must outlive the result.
search::CandidateCost cost_on(const SearchTarget& target, LayerTables& tables, const SearchSettings& settings);

}  // namespace thimble::train
