// train/search_run.h
#pragma once

#include <filesystem>

#include "train/search_outcome.h"
#include "train/search_settings.h"
#include "train/trainer.h"

namespace thimble::train {

/// Runs the stages up to `last` in `folder`, going on with what is there, and writes result.json. The same settings
/// give the same winners, interrupted anywhere or not, unless a time limit was met.
SearchOutcome run_search(const SearchSettings& settings, const std::filesystem::path& folder, SearchStage last,
                         const TrainerOptions& options);

/// The settings with which a folder's search began. @throws Error if there is none.
SearchSettings recorded_search(const std::filesystem::path& folder);

}  // namespace thimble::train
