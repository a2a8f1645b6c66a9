// train/search_settings.h
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "search/evolution.h"
#include "train/recipe.h"
#include "train/subnetwork_evaluator.h"
#include "train/supernet_recipe.h"

namespace thimble::train {

/// How much evolution a user asks for (search::EvolutionOptions). -1: what the minutes buy; of parents, crossovers and
/// mutations a fifth, half and half of the population.
struct EvolutionCounts {
  int population = -1;
  int parents = -1;
  int crossovers = -1;
  int mutations = -1;
  int generations = -1;
  double mutation_probability = -1;
};

/// What a user asks a search for. A run's search.json records it.
struct SearchSettings {
  std::string dataset;
  std::string board;
  /// One supernet, several specializations: each board with each budget and each planner. Empty: `board`, `sram` and
  /// `flash`, `planner`.
  std::vector<std::string> boards;
  std::vector<std::pair<std::int64_t, std::int64_t>> budgets;  ///< Bytes of SRAM and of flash.
  std::vector<std::string> planners;
  bool finish_all = false;  ///< Fine-tune every specialization's winner, and not the first one's alone.
  std::string space = "small";
  std::string planner = "full";  ///< Who plans memory: search::planner_of.
  bool input_by_rows = false;
  std::int64_t sram = 0;   ///< Bytes; 0: the board's.
  std::int64_t flash = 0;  ///< The same.
  search::TimeBounds bounds;
  int resolution = 0;  ///< 0: the best by search::rank_spaces.
  double width = 0;    ///< The same.
  int spaces = 1;      ///< Of the best pairs of a resolution and a width so many, between which evolution chooses.
  std::string method = "sandwich";
  std::string normalization = "symmetric";
  bool flip = true;  ///< Mirrored pictures are of the same class.
  int cutout = 0;    ///< Side of the square that training pictures lose: data::Augmentation.
  double minutes = 15;
  bool time_limited = true;  ///< A part ends at its share of the minutes, however little it did.
  std::uint64_t seed = 1;
  std::vector<std::string> baselines;  ///< Networks that have a name, scaled to the same limits and trained too.
  std::string predictor = "auto";      ///< on, off, or auto: in searches of less than half an hour.
  std::string control;                 ///< "random": also search at random, as many networks; "": do not.
  int control_seeds = 3;               ///< Of the control, and of the evolution that it is compared with.
  EvolutionCounts evolution;
  std::string teacher;      ///< Folder of the network that winners and baselines learn from: read_teacher.
  int final_trainings = 1;  ///< Of winners and baselines, each with another seed.
};
Json to_json(const SearchSettings& settings);
/// @throws Error naming `source`.
SearchSettings parse_search_settings(const Json& json, const std::string& source);

/// How much of everything a budget of minutes buys on two cores with pictures of 28 to 32 pixels. The counts depend on
/// the budget alone, so that a search repeats; the parts' time limits, which a slower machine meets, are shares of it.
/// Minutes of 0 are no limit.
struct SearchEffort {
  int ranking_samples = 200;
  double validation = 0.1;  ///< Share of the training samples held back for fitness.
  SupernetRecipe supernet;
  search::EvolutionOptions evolution;
  double evolution_minutes = 0;
  EvaluatorOptions evaluator;
  std::size_t fitness_samples = 1000;
  std::size_t ranked_again = 20;  ///< Best candidates that all held-back samples rank.
  Recipe finish;                  ///< Fine-tuning of the winner, then quantization-aware training.
};
SearchEffort effort_of(const SearchSettings& settings);

}  // namespace thimble::train
