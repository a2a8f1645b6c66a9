#include "train/search_run.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "train/network_search.h"
#include "train/search_control.h"
#include "train/space_choice.h"
#include "train/space_networks.h"
#include "train/supernet_trainer.h"
#include "train/winner_training.h"

namespace thimble::train {

namespace {

namespace fs = std::filesystem;

/// One search: its stages, one after another. Each says whether it came to its end.
class SearchRun {
 public:
  SearchRun(const SearchSettings& settings, const fs::path& folder, const TrainerOptions& options)
      : context_{.settings = settings,
                 .effort = effort_of(settings),
                 .folder = folder,
                 .options = options,
                 .targets = targets_of(settings, folder),
                 .space = space_for_data(settings),
                 .tables = {}} {}

  SearchOutcome run(SearchStage last) {
    choose_spaces(context_);
    for (const SearchTarget& target : context_.targets) outcome_.targets.emplace_back().target = target;
    outcome_.finished = last == SearchStage::space || train_and_search(last);
    write_json(context_.folder / "result.json", to_json(outcome_, context_.settings, context_.folder));
    return std::move(outcome_);
  }

 private:
  bool train_and_search(SearchStage last) {
    const SearchData data =
        search_data(context_.settings, context_.space.resolutions.back(), context_.effort.validation);
    // A teacher that cannot teach is of no use to anyone: better said now than after the supernet.
    if (!context_.settings.teacher.empty()) given_teacher(context_, data);
    nn::Supernet supernet(largest_network(context_.space), context_.settings.seed);
    if (!train(supernet, data)) return false;
    outcome_.stage = SearchStage::supernet;
    if (last == SearchStage::supernet) return true;
    AccuracyMeter meter(context_, supernet, data);
    if (!evolve(meter)) return false;
    outcome_.stage = SearchStage::evolve;
    if (last == SearchStage::evolve) return true;
    if (!finish(supernet, data, meter)) return false;
    outcome_.stage = SearchStage::finish;
    return true;
  }

  bool train(nn::Supernet& supernet, const SearchData& data) {
    const fs::path folder = context_.folder / "supernet";
    if (AccuracyMeter::has_measured(context_)) {
      load_supernet(supernet, folder / "supernet.pt");  // For other weights, what was measured would not hold.
      return true;
    }
    std::vector<NetworkPool> pools;
    for (const SearchTarget& target : context_.targets)
      if (target.fits)
        pools.push_back({target.space, cost_on(target, context_.tables, context_.settings), target.limits});
    write_json(folder / "arch.json", ir::to_json(supernet.largest()));
    write_json(folder / "recipe.json", to_json(context_.effort.supernet));
    return train_supernet(supernet, context_.effort.supernet, subnetworks_of(context_.space, std::move(pools)),
                          data.splits.train, data.normalization, folder, fs::exists(folder / "supernet.pt"),
                          context_.options)
        .finished;
  }

  bool evolve(AccuracyMeter& meter) {
    for (TargetOutcome& outcome : outcome_.targets) {
      if (!outcome.target.fits) continue;
      try {
        outcome.winner = search_network(context_, outcome.target, meter);
      } catch (const Error& error) {
        // One of several budgets may be too small for this supernet: the others are not.
        if (error.code() != Exit::answer_is_no || outcome_.targets.size() == 1) throw;
        outcome.target.fits = false;
        continue;
      }
      if (!outcome.winner) return false;
      if (!context_.settings.control.empty() && !compare_with_random(context_, outcome.target, meter)) return false;
    }
    if (std::ranges::any_of(outcome_.targets, [](const TargetOutcome& outcome) { return outcome.winner.has_value(); }))
      return true;
    throw Error("no network of the supernet keeps the limits of any of the boards and budgets",
                "a new search for them, in another folder, chooses a smaller design space", Exit::answer_is_no);
  }

  bool finish(const nn::Supernet& supernet, const SearchData& data, AccuracyMeter& meter) {
    const TargetOutcome* first = nullptr;
    for (TargetOutcome& outcome : outcome_.targets) {
      if (!outcome.winner || (first != nullptr && !context_.settings.finish_all)) continue;
      if (!train_winner(context_, supernet, data, meter, outcome)) return false;
      if (first == nullptr) first = &outcome;
    }
    return train_baselines(context_, *first, supernet, data, meter, outcome_.baselines);
  }

  SearchContext context_;
  SearchOutcome outcome_;
};

}  // namespace

SearchOutcome run_search(const SearchSettings& settings, const fs::path& folder, SearchStage last,
                         const TrainerOptions& options) {
  fs::create_directories(folder);
  write_json(folder / "search.json", to_json(settings));
  return SearchRun(settings, folder, options).run(last);
}

SearchSettings recorded_search(const fs::path& folder) {
  const fs::path file = folder / "search.json";
  if (!fs::exists(file)) {
    throw Error(fmt::format("{}: holds no search to resume", folder.string()), "start one without --resume");
  }
  return parse_search_settings(read_json(file), file.string());
}

}  // namespace thimble::train
