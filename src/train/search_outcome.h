// train/search_outcome.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "search/candidate.h"
#include "train/search_settings.h"
#include "train/search_target.h"

namespace thimble::train {

/// The stages of a search, in order. Each leaves its result in the run's folder, and begins where that ends.
enum class SearchStage {
  space,     ///< spaces.json: the resolution and width, unless they were given.
  supernet,  ///< supernet/: weights for all networks of that space.
  evolve,    ///< candidates.jsonl, winner.json, arch.json; control.json if it was asked for.
  finish,    ///< float.tflite and int8.tflite of the winner.
};
/// @throws Error naming the four.
SearchStage search_stage_named(const std::string& name);

/// On the test part, after one final training.
struct FinalAccuracy {
  double floating = 0;  ///< After fine-tuning.
  double int8 = 0;      ///< The simulation's.
};

/// A classic network at the size that fits; resolution 0: none does.
struct BaselineOutcome {
  std::string name, planner;
  int resolution = 0;
  double width = 0;
  search::NetworkCost cost;
  std::vector<FinalAccuracy> trainings;
};

/// What was found for one target.
struct TargetOutcome {
  SearchTarget target;
  std::optional<search::Candidate> winner;  ///< None: not searched yet, or nothing fits.
  std::vector<FinalAccuracy> trainings;     ///< The first one's network is the result. None: not finished.
};

struct SearchOutcome {
  bool finished = false;                   ///< False: interrupted; the same call goes on.
  SearchStage stage = SearchStage::space;  ///< The last one that is done.
  std::vector<TargetOutcome> targets;
  std::vector<BaselineOutcome> baselines;  ///< For the first target.
};

/// A run's result.json, which docs/supernet.md describes. Of targets that have a winner it says which of them are on
/// the front: no other one is at least as good in accuracy, memory, flash and time, and better in one.
Json to_json(const SearchOutcome& outcome, const SearchSettings& settings, const std::filesystem::path& folder);

}  // namespace thimble::train
