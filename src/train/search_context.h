// train/search_context.h
#pragma once

#include <filesystem>
#include <vector>

#include "train/search_settings.h"
#include "train/search_target.h"
#include "train/trainer.h"

namespace thimble::train {

/// What all stages of one search share.
struct SearchContext {
  const SearchSettings& settings;
  SearchEffort effort;
  std::filesystem::path folder;
  const TrainerOptions& options;
  std::vector<SearchTarget> targets;
  search::DesignSpace space;  ///< The data's; once spaces are chosen, the supernet's.
  LayerTables tables;

  bool is_interrupted() const { return options.interrupted != nullptr && *options.interrupted; }
};

}  // namespace thimble::train
