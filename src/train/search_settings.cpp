#include "train/search_settings.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace thimble::train {

namespace {

template <typename S, typename Field>
void each_setting(S& settings, Field&& field) {
  field("data", settings.dataset);
  field("board", settings.board);
  field("boards", settings.boards);
  field("budgets", settings.budgets);
  field("planners", settings.planners);
  field("finish_all", settings.finish_all);
  field("space", settings.space);
  field("planner", settings.planner);
  field("input_by_rows", settings.input_by_rows);
  field("sram", settings.sram);
  field("flash", settings.flash);
  field("max_mmacs", settings.bounds.max_mmacs);
  field("fps", settings.bounds.fps);
  field("max_uj", settings.bounds.max_uj);
  field("resolution", settings.resolution);
  field("width", settings.width);
  field("spaces", settings.spaces);
  field("method", settings.method);
  field("normalization", settings.normalization);
  field("flip", settings.flip);
  field("cutout", settings.cutout);
  field("minutes", settings.minutes);
  field("time_limited", settings.time_limited);
  field("seed", settings.seed);
  field("baselines", settings.baselines);
  field("predictor", settings.predictor);
  field("control", settings.control);
  field("control_seeds", settings.control_seeds);
  field("population", settings.evolution.population);
  field("parents", settings.evolution.parents);
  field("crossovers", settings.evolution.crossovers);
  field("mutations", settings.evolution.mutations);
  field("generations", settings.evolution.generations);
  field("mutation_probability", settings.evolution.mutation_probability);
  field("teacher", settings.teacher);
  field("final_trainings", settings.final_trainings);
}

}  // namespace

Json to_json(const SearchSettings& settings) {
  Json json = Json::object();
  each_setting(settings, [&](const char* name, const auto& value) { json[name] = value; });
  return json;
}

SearchSettings parse_search_settings(const Json& json, const std::string& source) {
  SearchSettings settings;
  each_setting(settings, [&](const char* name, auto& value) {
    if (!json.contains(name)) return;
    try {
      json.at(name).get_to(value);
    } catch (const Json::exception&) {
      fail("{}: {} is {}", source, name, json.at(name).dump());
    }
  });
  return settings;
}

SearchEffort effort_of(const SearchSettings& settings) {
  const double budget = settings.minutes;
  const auto times = [&](double at_15_minutes, int most) {
    return std::clamp(static_cast<int>(std::lround(at_15_minutes * budget / 15)), 1, most);
  };
  const auto share = [&](double part) { return settings.time_limited ? part * budget : 0; };
  // A few epochs of a supernet rank little: below 15 minutes its share shrinks with them, and fine-tuning gets the
  // rest.
  const double supernet = std::min(budget / 15, 1.0);
  const double fine_tuning = 0.28 + 0.39 * (1 - supernet);
  SearchEffort effort;
  effort.ranking_samples = budget < 30 ? 200 : 1000;

  effort.supernet.method = supernet_method_named(settings.method);
  effort.supernet.drawn = effort.supernet.method == SupernetMethod::shrinking ? 4 : 2;
  effort.supernet.largest = {
      .epochs = times(3, 30), .minutes = share(0.11 * supernet), .learning_rate = 0.1, .warmup = 0.05};
  effort.supernet.elastic = {
      .epochs = times(5, 60), .minutes = share(0.28 * supernet), .learning_rate = 0.1, .warmup = 0.02};
  effort.supernet.augmentation = {.crop_padding = 2, .horizontal_flip = settings.flip, .cutout = settings.cutout};
  effort.supernet.seed = settings.seed;

  search::EvolutionOptions& evolution = effort.evolution;
  const EvolutionCounts& asked = settings.evolution;
  const auto or_preset = [](auto given, auto preset) { return given >= 0 ? given : preset; };
  evolution.population = or_preset(asked.population, std::max(10, times(50, 100)));
  evolution.parents = or_preset(asked.parents, std::max(1, evolution.population / 5));
  evolution.crossovers = or_preset(asked.crossovers, evolution.population / 2);
  evolution.mutations = or_preset(asked.mutations, evolution.population / 2);
  evolution.generations = or_preset(asked.generations, times(8, 30));
  evolution.mutation_probability = or_preset(asked.mutation_probability, evolution.mutation_probability);
  evolution.seed = settings.seed;
  const bool predicts = settings.predictor == "on" || (settings.predictor == "auto" && budget < 30);
  evolution.proposals = predicts ? 8 : 1;
  effort.evolution_minutes = share(0.13);
  effort.ranked_again = budget < 30 ? 20 : 50;
  effort.evaluator.seed = settings.seed;

  Recipe& finish = effort.finish;
  finish.dataset = settings.dataset;
  finish.normalization = settings.normalization;
  finish.augmentation = effort.supernet.augmentation;
  finish.epochs = times(12 * fine_tuning / 0.28, 100);
  finish.minutes = share(fine_tuning);
  finish.schedule.peak = 0.05;
  finish.warmup_epochs = 0;
  finish.clip_norm = 5;
  finish.seed = settings.seed;
  finish.quantization.epochs = times(3, 20);
  finish.quantization.minutes = share(0.1);
  finish.quantization.learning_rate = 0.01;
  return effort;
}

}  // namespace thimble::train
