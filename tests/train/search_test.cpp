#include <algorithm>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "nn/subnetwork.h"
#include "one_thread.h"
#include "search/variation.h"
#include "search_place.h"
#include "train/space_networks.h"

namespace thimble::train {
namespace {

using testing::SearchPlace;

TEST(Search, GoesFromDataToAnInt8File) {
  const SearchPlace place;
  const SearchOutcome outcome = run_search(place.settings(), place.path("out"), SearchStage::finish, one_thread());
  EXPECT_TRUE(outcome.finished);
  EXPECT_EQ(outcome.stage, SearchStage::finish);
  for (const char* file : {"search.json", "spaces.json", "candidates.jsonl", "winner.json", "arch.json", "float.tflite",
                           "int8.tflite", "normalization.json", "result.json"}) {
    EXPECT_TRUE(std::filesystem::exists(place.path("out") / file)) << file;
  }
}

TEST(Search, InterruptedAtManyPointsItEndsWithTheSameFile) {
  const SearchPlace place;
  run_search(place.settings(), place.path("whole"), SearchStage::finish, one_thread());
  SearchOutcome outcome;
  int pieces = 0;
  for (; !outcome.finished; ++pieces) {
    std::atomic<bool> interrupted = false;
    TrainerOptions options = one_thread();
    options.interrupted = &interrupted;
    std::thread timer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(10 + 5 * pieces));
      interrupted = true;
    });
    outcome = run_search(place.settings(), place.path("pieces"), SearchStage::finish, options);
    timer.join();
  }
  EXPECT_GT(pieces, 1);  // How many depends on the machine.
  EXPECT_TRUE(read_bytes(place.path("pieces") / "int8.tflite") == read_bytes(place.path("whole") / "int8.tflite"));
  EXPECT_EQ(read_text(place.path("pieces") / "winner.json"), read_text(place.path("whole") / "winner.json"));
}

std::size_t lines_of(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

TEST(Search, SpecializesOneSupernetForSeveralBudgetsAndPlanners) {
  const SearchPlace place;
  SearchSettings settings = place.settings();
  settings.budgets = {{16 << 10, 64 << 10}, {64 << 10, 1 << 20}};
  settings.planners = {"tflm", "full"};
  const SearchOutcome outcome = run_search(settings, place.path("out"), SearchStage::evolve, one_thread());
  ASSERT_EQ(outcome.targets.size(), 4U);
  std::size_t evaluations = 0;
  for (const TargetOutcome& target : outcome.targets) {
    ASSERT_TRUE(target.winner);
    EXPECT_TRUE(search::fits(target.winner->cost, target.target.limits)) << target.target.name;
    evaluations += lines_of(target.target.folder / "candidates.jsonl") - 1;
  }
  EXPECT_LT(lines_of(place.path("out") / "accuracies.jsonl") - 1, evaluations) << "searches share what they measured";

  // Another budget takes the supernet as it is.
  const std::string supernet = read_text(place.path("out") / "supernet" / "supernet.pt");
  settings.budgets = {{32 << 10, 128 << 10}};
  settings.planners = {};
  const SearchOutcome other = run_search(settings, place.path("out"), SearchStage::evolve, one_thread());
  ASSERT_EQ(other.targets.size(), 1U);
  EXPECT_TRUE(other.targets[0].winner);
  EXPECT_TRUE(read_text(place.path("out") / "supernet" / "supernet.pt") == supernet);
}

TEST(Search, ComparesEvolutionWithAsManyRandomNetworks) {
  const SearchPlace place;
  SearchSettings settings = place.settings();
  settings.control = "random";
  settings.control_seeds = 2;
  run_search(settings, place.path("out"), SearchStage::evolve, one_thread());
  const Json control = read_json(place.path("out") / "control.json");
  const auto evaluations = control.at("evaluations").get<std::size_t>();
  EXPECT_EQ(evaluations, lines_of(place.path("out") / "candidates.jsonl") - 1);
  for (const char* kind : {"evolution", "random"}) {
    const auto mean = control.at(kind).at("mean").get<std::vector<double>>();
    EXPECT_EQ(mean.size(), evaluations);
    EXPECT_TRUE(std::ranges::is_sorted(mean));
    EXPECT_LE(control.at(kind).at("least").back().get<double>(), mean.back());
  }
}

TEST(Search, TrainsTheWinnerAgainWithOtherSeeds) {
  const SearchPlace place;
  SearchSettings settings = place.settings();
  run_search(settings, place.path("out"), SearchStage::finish, one_thread());
  const auto first = read_bytes(place.path("out") / "int8.tflite");
  settings.final_trainings = 3;
  const SearchOutcome outcome = run_search(settings, place.path("out"), SearchStage::finish, one_thread());
  EXPECT_EQ(outcome.targets.at(0).trainings.size(), 3U);
  EXPECT_TRUE(read_bytes(place.path("out") / "int8.tflite") == first) << "what is trained stays";
  EXPECT_FALSE(read_bytes(place.path("out") / "seed-2" / "int8.tflite") == first);
  EXPECT_FALSE(read_bytes(place.path("out") / "seed-3" / "int8.tflite") == first);
  const Json result = read_json(place.path("out") / "result.json");
  EXPECT_EQ(result.at("targets").at(0).at("accuracy").at("trainings").size(), 3U);
}

TEST(Search, EvolvesAsMuchAsIsAskedFor) {
  const SearchPlace place;
  SearchSettings settings = place.settings();
  settings.predictor = "off";
  settings.evolution = {.population = 12, .parents = 2, .crossovers = 3, .mutations = 1, .generations = 2};
  run_search(settings, place.path("out"), SearchStage::evolve, one_thread());
  EXPECT_EQ(lines_of(place.path("out") / "candidates.jsonl") - 1, 12U + 2 * (3 + 1));
}

TEST(Search, WhatIsDoneStaysWhateverTheMinutesAre) {
  const SearchPlace place;
  SearchSettings settings = place.settings();
  run_search(settings, place.path("out"), SearchStage::finish, one_thread());
  const auto int8 = read_bytes(place.path("out") / "int8.tflite");
  const auto supernet = read_bytes(place.path("out") / "supernet" / "supernet.pt");
  settings.minutes = 45;
  EXPECT_TRUE(run_search(settings, place.path("out"), SearchStage::finish, one_thread()).finished);
  EXPECT_TRUE(read_bytes(place.path("out") / "int8.tflite") == int8);
  EXPECT_TRUE(read_bytes(place.path("out") / "supernet" / "supernet.pt") == supernet);
}

TEST(Search, LimitsNineTenthsOfItsMinutes) {
  for (const double minutes : {1, 6, 15, 45, 240}) {
    SearchSettings settings;
    settings.minutes = minutes;
    const SearchEffort effort = effort_of(settings);
    const double supernet = effort.supernet.largest.minutes + effort.supernet.elastic.minutes;
    EXPECT_NEAR(supernet + effort.evolution_minutes + effort.finish.minutes + effort.finish.quantization.minutes,
                0.9 * minutes, 1e-9);
    EXPECT_EQ(effort.finish.minutes > supernet, minutes < 15) << minutes << " minutes";
  }
}

TEST(Search, ByDefaultEvolvesAsThePapersDo) {
  SearchSettings settings;
  settings.minutes = 240;
  const search::EvolutionOptions evolution = effort_of(settings).evolution;
  EXPECT_EQ(evolution.population, 100);
  EXPECT_EQ(evolution.parents, 20);
  EXPECT_EQ(evolution.crossovers, 50);
  EXPECT_EQ(evolution.mutations, 50);
  EXPECT_EQ(evolution.generations, 30);
  EXPECT_EQ(evolution.mutation_probability, 0.1);
}

TEST(Search, TheWinnerLearnsFromAGivenTeacher) {
  const SearchPlace place;
  SearchSettings settings = place.settings();
  run_search(settings, place.path("alone"), SearchStage::finish, one_thread());
  settings.teacher = place.path("alone").string();
  run_search(settings, place.path("taught"), SearchStage::finish, one_thread());
  EXPECT_EQ(read_text(place.path("taught") / "winner.json"), read_text(place.path("alone") / "winner.json"));
  EXPECT_FALSE(read_bytes(place.path("taught") / "int8.tflite") == read_bytes(place.path("alone") / "int8.tflite"));
}

TEST(Search, ATeacherThatCannotTeachIsRefusedAtOnce) {
  const SearchPlace place;
  SearchSettings settings = place.settings();
  run_search(settings, place.path("alone"), SearchStage::finish, one_thread());
  settings.teacher = place.path("alone").string();
  settings.normalization = "unit";
  EXPECT_THROW(run_search(settings, place.path("taught"), SearchStage::finish, one_thread()), Error);
  settings.normalization = "symmetric";
  Json arch = read_json(place.path("alone") / "arch.json");
  arch["classifier"]["out_features"] = 3;
  write_json(place.path("alone") / "arch.json", arch);
  EXPECT_THROW(run_search(settings, place.path("taught"), SearchStage::finish, one_thread()), Error);
  EXPECT_FALSE(std::filesystem::exists(place.path("taught") / "supernet" / "supernet.pt"));
}

TEST(SpaceNetworks, AGenomesNetworkIsAlignedByItsStages) {
  for (const std::string& name : search::design_space_names()) {
    search::DesignSpace space = search::design_space(name);
    space = search::restricted(space, space.resolutions.back(), space.widths.front());
    const ir::NetConfig largest = largest_network(space);
    data::Random random(3);
    for (int i = 0; i < 30; ++i) {
      const search::Genome genome = search::sample(space, random);
      const ir::NetConfig subnetwork = subnetwork_of(space, genome);
      EXPECT_EQ(nn::aligned(largest, subnetwork), subnetwork) << name;
      EXPECT_EQ(nn::without_skipped(subnetwork), search::network_of(space, genome));
    }
  }
}

TEST(Search, SettingsReadBackTheSame) {
  const SearchSettings settings = SearchPlace().settings();
  EXPECT_EQ(to_json(parse_search_settings(to_json(settings), "search.json")), to_json(settings));
  EXPECT_THROW(recorded_search("/nowhere"), Error);
}

}  // namespace
}  // namespace thimble::train
