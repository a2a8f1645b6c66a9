#include "train/search_run.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/progress.h"
#include "data/open.h"
#include "ir/netconfig_layers.h"
#include "plan/planner.h"
#include "search/exact_cost.h"
#include "search/space_ranking.h"
#include "target/board.h"
#include "train/baseline.h"
#include "train/finish_network.h"
#include "train/space_networks.h"
#include "train/supernet_trainer.h"

namespace thimble::train {

namespace {

namespace fs = std::filesystem;

bool is_stopped(const TrainerOptions& options) { return options.interrupted != nullptr && *options.interrupted; }

data::DatasetSplits open_data(const SearchSettings& settings, int resolution, double validation) {
  data::DatasetOptions options;
  options.image.height = resolution;
  options.image.width = resolution;
  options.validation = validation;
  options.seed = settings.seed;
  return data::open_dataset(settings.dataset, options);
}

/// The design space for this dataset: its classes and channels, and no resolution above its pictures'.
search::DesignSpace space_for(const SearchSettings& settings) {
  search::DesignSpace space = search::design_space(settings.space);
  const data::DatasetSplits splits = open_data(settings, 0, 0);
  const data::SampleShape& shape = splits.train.shape();
  space.classes = static_cast<int>(splits.train.class_names().size());
  space.input_channels = shape.channels;
  const int own = std::max(shape.height, shape.width);
  std::erase_if(space.resolutions, [&](int resolution) { return resolution > own; });
  if (space.resolutions.empty()) {
    throw Error(fmt::format("{}: its pictures of {} are smaller than the least resolution of the space {}",
                            settings.dataset, data::text_of(shape), space.name),
                "give a design space for small pictures: --space small");
  }
  return space;
}

search::Limits limits_of(const SearchSettings& settings, const target::Board& board) {
  search::Limits limits;
  limits.sram_bytes = (settings.sram > 0 ? settings.sram : board.sram_bytes) - plan::stack_bytes;
  limits.flash_bytes = settings.flash > 0 ? settings.flash : board.flash_bytes;
  limits.macs = static_cast<std::int64_t>(settings.max_mmacs * 1e6);
  if (settings.fps > 0) limits.cycles = board.clock_mhz * 1e6 / settings.fps;
  return limits;
}

/// One search: what all stages share.
class SearchRun {
 public:
  SearchRun(const SearchSettings& settings, fs::path folder, const TrainerOptions& options)
      : settings_(settings),
        effort_(effort_of(settings)),
        folder_(std::move(folder)),
        options_(options),
        board_(target::board(settings.board)),
        limits_(limits_of(settings, board_)),
        table_(board_.core),
        space_(space_for(settings)) {
    effort_.evolution.limits = limits_;
  }

  SearchOutcome run(SearchStage last) {
    choose_space();
    outcome_.stage = SearchStage::space;
    if (last == SearchStage::space) return finished();
    const data::DatasetSplits splits = open_data(settings_, space_.resolutions.front(), effort_.validation);
    const data::Normalization normalization = settings_.normalization == "measured"
                                                  ? data::measure_normalization(splits.train)
                                                  : data::normalization_named(settings_.normalization);
    write_json(folder_ / "normalization.json", data::to_json(normalization));
    nn::Supernet supernet(largest_network(space_), settings_.seed);
    if (!train(supernet, splits, normalization)) return outcome_;
    outcome_.stage = SearchStage::supernet;
    if (last == SearchStage::supernet) return finished();
    if (!evolve(supernet, splits, normalization)) return outcome_;
    outcome_.stage = SearchStage::evolve;
    if (last == SearchStage::evolve) return finished();
    if (!finish(supernet, splits, normalization)) return outcome_;
    outcome_.stage = SearchStage::finish;
    return finished();
  }

 private:
  SearchOutcome finished() {
    outcome_.finished = true;
    return outcome_;
  }

  /// Keeps one resolution and one width: what was given, or the best space.
  void choose_space() {
    const fs::path file = folder_ / "spaces.json";
    int resolution = settings_.resolution;
    double width = settings_.width;
    if (resolution == 0 || width == 0) {
      if (!fs::exists(file)) rank(file);
      const Json best = read_json(file).at("best");
      if (resolution == 0) resolution = best.at("resolution").get<int>();
      if (width == 0) width = best.at("width").get<double>();
    }
    space_ = search::restricted(space_, resolution, width);
  }

  void rank(const fs::path& file) {
    search::DesignSpace space = space_;
    if (settings_.resolution > 0) space.resolutions = {settings_.resolution};
    if (settings_.width > 0) space.widths = {settings_.width};
    search::RankingOptions ranking;
    ranking.planner = search::planner_of(settings_.planner);
    ranking.input_by_rows = settings_.input_by_rows;
    ranking.limits = limits_;
    ranking.samples = effort_.ranking_samples;
    ranking.seed = settings_.seed;
    Progress progress("rank spaces", std::ssize(space.resolutions) * std::ssize(space.widths));
    const auto ranks =
        search::rank_spaces(space, table_, ranking, [&](const search::SpaceRank&) { progress.advance(); });
    if (ranks.front().is_rare) {
      throw Error(fmt::format("in no space of {} do 5 % of the networks keep the limits", space.name),
                  "more memory or time, or a smaller design space", Exit::answer_is_no);
    }
    Json json{{"best", {{"resolution", ranks.front().resolution}, {"width", ranks.front().width}}},
              {"spaces", Json::array()}};
    for (const search::SpaceRank& rank : ranks) {
      json["spaces"].push_back({{"resolution", rank.resolution},
                                {"width", rank.width},
                                {"mean_macs", rank.mean_macs},
                                {"acceptance", rank.acceptance()},
                                {"ranked", !rank.is_rare}});
    }
    write_json(file, json);
  }

  bool train(nn::Supernet& supernet, const data::DatasetSplits& splits, const data::Normalization& normalization) {
    const fs::path folder = folder_ / "supernet";
    write_json(folder / "arch.json", ir::to_json(supernet.largest()));
    write_json(folder / "recipe.json", to_json(effort_.supernet));
    return train_supernet(supernet, effort_.supernet, subnetworks_of(space_, cost(), limits_), splits.train,
                          normalization, folder, fs::exists(folder / "supernet.pt"), options_)
        .finished;
  }

  search::CandidateCost cost() {
    return search::planned_cost(space_, table_,
                                {.planner = search::planner_of(settings_.planner),
                                 .input_by_rows = settings_.input_by_rows,
                                 .sram_limit = limits_.sram_bytes,
                                 .flash_limit = limits_.flash_bytes});
  }

  bool evolve(const nn::Supernet& supernet, const data::DatasetSplits& splits,
              const data::Normalization& normalization) {
    SubnetworkEvaluator evaluator(supernet, splits.train, splits.val.sample_of(effort_.fitness_samples, settings_.seed),
                                  normalization, effort_.evaluator, options_);
    const auto& evolution = effort_.evolution;
    Progress progress("search networks", evolution.population + static_cast<std::int64_t>(evolution.generations) *
                                                                    (evolution.crossovers + evolution.mutations));
    const auto start = std::chrono::steady_clock::now();
    double best = 0;
    search::SearchCallbacks callbacks;
    callbacks.cost = cost();
    callbacks.fitness = [&](const search::Genome& genome) { return evaluator.accuracy(subnetwork_of(space_, genome)); };
    callbacks.stop = [&] {
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      const double limit = 60 * effort_.evolution_minutes;
      return is_stopped(options_) || (limit > 0 && seconds.count() > limit);
    };
    callbacks.found = [&](const search::Candidate& candidate) {
      best = std::max(best, candidate.fitness);
      progress.advance(1, fmt::format("generation {} best {:.2f}%", candidate.generation, 100 * best));
    };
    search::CandidateLog log(folder_ / "candidates.jsonl", search::search_json(space_, evolution, "evolution"));
    const search::SearchResult result = search::evolve(space_, evolution, callbacks, log);
    if (is_stopped(options_)) return false;
    choose_winner(supernet, splits, normalization, result);
    return true;
  }

  /// Ranks the best candidates again, on all held-back samples: of many measured on few, the first is a lucky one.
  void choose_winner(const nn::Supernet& supernet, const data::DatasetSplits& splits,
                     const data::Normalization& normalization, const search::SearchResult& result) {
    SubnetworkEvaluator evaluator(supernet, splits.train, splits.val, normalization, effort_.evaluator, options_);
    std::vector<search::Candidate> best = result.best(effort_.ranked_again);
    for (search::Candidate& candidate : best) {
      candidate.fitness = evaluator.accuracy(subnetwork_of(space_, candidate.genome));
    }
    std::ranges::stable_sort(best, std::ranges::greater(), &search::Candidate::fitness);
    const search::Candidate winner = confirmed(best);
    Json json{{"winner", search::to_json(winner)}, {"ranked", Json::array()}};
    for (const search::Candidate& candidate : best) json["ranked"].push_back(search::to_json(candidate));
    write_json(folder_ / "winner.json", json);
    write_json(folder_ / "arch.json", ir::to_json(search::network_of(space_, winner.genome)));
    outcome_.network = search::text_of(winner.genome);
    outcome_.cost = winner.cost;
  }

  bool plans_as_compiled() const { return search::planner_of(settings_.planner) == search::Planner::full; }

  /// The best candidate that keeps the limits by the plan that will be compiled, where that is the planner.
  search::Candidate confirmed(const std::vector<search::Candidate>& best_first) {
    if (!plans_as_compiled()) return best_first.front();
    const auto winner = search::first_confirmed(space_, best_first, table_, limits_, settings_.input_by_rows);
    if (winner) return *winner;
    throw Error(fmt::format("none of the best {} networks keeps the limits by its exact plan", best_first.size()),
                "a little more --sram or --flash", Exit::answer_is_no);
  }

  /// What an earlier call found.
  void recall_winner() {
    const search::Candidate winner = recorded_winner();
    outcome_.network = search::text_of(winner.genome);
    outcome_.cost = plans_as_compiled() ? search::exact_cost(search::network_of(space_, winner.genome), table_,
                                                             limits_.sram_bytes, settings_.input_by_rows)
                                        : cost()(winner.genome);
  }

  search::Candidate recorded_winner() const {
    const fs::path file = folder_ / "winner.json";
    return search::parse_candidate(read_json(file).at("winner"), file.string());
  }

  /// Fine-tunes the winner on all training samples, taught by the largest network, and then as int8 will compute it.
  bool finish(const nn::Supernet& supernet, const data::DatasetSplits& splits,
              const data::Normalization& normalization) {
    const ir::NetConfig subnetwork = subnetwork_of(space_, recorded_winner().genome);
    SubnetworkEvaluator evaluator(supernet, splits.train, splits.val, normalization, effort_.evaluator, options_);
    nn::Network teacher = evaluator.network(supernet.largest());
    std::vector<nn::NamedTensor> state = evaluator.network(subnetwork).state();
    const ir::NetConfig network = nn::without_skipped(subnetwork);
    const data::DatasetSplits whole = open_data(settings_, space_.resolutions.front(), 0);
    const FinishedNetwork finished = finish_network(network, effort_.finish, whole, normalization, folder_,
                                                    {.state = state, .teacher = &teacher}, options_);
    if (!finished.finished) return false;
    outcome_.float_accuracy = finished.float_accuracy;
    outcome_.int8_accuracy = finished.int8_accuracy;
    for (const std::string& name : settings_.baselines) {
      for (const search::Planner planner : {search::Planner::tflm, search::planner_of(settings_.planner)}) {
        if (!train_baseline(name, planner, teacher, normalization)) return false;
      }
    }
    write_json(folder_ / "result.json", to_json(outcome_));
    return true;
  }

  /// Planned as others plan and as the winner is: what separates the search from the planning.
  bool train_baseline(const std::string& name, search::Planner planner, nn::Network& teacher,
                      const data::Normalization& normalization) {
    const search::DesignSpace space = space_for(settings_);
    const auto baseline =
        largest_that_fits(name, planner, {space.resolutions, space.input_channels, space.classes, limits_}, table_);
    BaselineOutcome& outcome = outcome_.baselines.emplace_back();
    outcome.name = name;
    outcome.planner = search::name_of(planner);
    if (!baseline) return true;
    outcome.resolution = baseline->network.resolution;
    outcome.width = baseline->width;
    outcome.cost = baseline->cost;
    const fs::path folder = folder_ / fmt::format("{}-{}x{:g}", name, outcome.resolution, outcome.width);
    write_json(folder / "arch.json", ir::to_json(baseline->network));
    const data::DatasetSplits splits = open_data(settings_, outcome.resolution, 0);
    const FinishedNetwork finished = finish_network(baseline->network, baseline_recipe(effort_), splits, normalization,
                                                    folder, {.teacher = &teacher}, options_);
    outcome.float_accuracy = finished.float_accuracy;
    outcome.int8_accuracy = finished.int8_accuracy;
    return finished.finished;
  }

  const SearchSettings& settings_;
  SearchEffort effort_;
  fs::path folder_;
  const TrainerOptions& options_;
  target::Board board_;
  search::Limits limits_;
  search::LayerTable table_;
  search::DesignSpace space_;
  SearchOutcome outcome_;
};

}  // namespace

SearchStage search_stage_named(const std::string& name) {
  if (name == "space") return SearchStage::space;
  if (name == "supernet") return SearchStage::supernet;
  if (name == "evolve") return SearchStage::evolve;
  if (name == "finish") return SearchStage::finish;
  fail("there is no stage \"{}\"; space, supernet, evolve and finish are known", name);
}

namespace {

Json predicted(const search::NetworkCost& cost) {
  return {{"sram", cost.sram_bytes},
          {"flash", cost.flash_bytes},
          {"macs", cost.macs},
          {"cycles", cost.cycles},
          {"mode", search::mode_of(cost)}};
}

}  // namespace

Json to_json(const SearchOutcome& outcome) {
  Json json{{"network", outcome.network},
            {"accuracy", {{"float", outcome.float_accuracy}, {"int8", outcome.int8_accuracy}}},
            {"predicted", predicted(outcome.cost)},
            {"baselines", Json::array()}};
  for (const BaselineOutcome& baseline : outcome.baselines) {
    json["baselines"].push_back({{"name", baseline.name},
                                 {"planner", baseline.planner},
                                 {"resolution", baseline.resolution},
                                 {"width", baseline.width},
                                 {"accuracy", {{"float", baseline.float_accuracy}, {"int8", baseline.int8_accuracy}}},
                                 {"predicted", predicted(baseline.cost)}});
  }
  return json;
}

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
