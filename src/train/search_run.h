// train/search_run.h
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "train/search_settings.h"

namespace thimble::train {

/// The stages of a search, in order. Each leaves its result in the run's folder, and begins where that ends.
enum class SearchStage {
  space,     ///< spaces.json: the resolution and width, unless they were given.
  supernet,  ///< supernet/: weights for all networks of that space.
  evolve,    ///< candidates.jsonl, winner.json, arch.json.
  finish,    ///< float.tflite and int8.tflite of the winner; result.json.
};
/// @throws Error naming the four.
SearchStage search_stage_named(const std::string& name);

/// A classic network at the size that fits; resolution 0: none does.
struct BaselineOutcome {
  std::string name, planner;
  int resolution = 0;
  double width = 0;
  double float_accuracy = 0, int8_accuracy = 0;
  search::NetworkCost cost;
};

struct SearchOutcome {
  bool finished = false;                   ///< False: interrupted; the same call goes on.
  SearchStage stage = SearchStage::space;  ///< The last one that is done.
  std::string network;                     ///< The winner in one line.
  double float_accuracy = 0;               ///< On the test part, after fine-tuning.
  double int8_accuracy = 0;                ///< The simulation's.
  search::NetworkCost cost;                ///< The winner's, predicted.
  std::vector<BaselineOutcome> baselines;
};
Json to_json(const SearchOutcome& outcome);

/// Runs the stages up to `last` in `folder`, going on with what is there. The same settings give the same winner,
/// interrupted anywhere or not, unless a time limit was met.
SearchOutcome run_search(const SearchSettings& settings, const std::filesystem::path& folder, SearchStage last,
                         const TrainerOptions& options);

/// The settings with which a folder's search began. @throws Error if there is none.
SearchSettings recorded_search(const std::filesystem::path& folder);

}  // namespace thimble::train
