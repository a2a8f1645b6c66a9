#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "nn/subnetwork.h"
#include "search/variation.h"
#include "synthetic.h"
#include "train/search_run.h"
#include "train/space_networks.h"

namespace thimble::train {
namespace {

constexpr const char* tiny_space = R"({
  "name": "tiny", "description": "For tests", "resolutions": [8], "widths": [0.5, 1.0],
  "input_channels": 1, "classes": 2, "activation": "relu6",
  "stem": [{"layer": "conv", "channels": 8, "kernel": 3, "stride": 1}],
  "stages": [
    {"channels": 8, "stride": 1, "depths": [1, 2], "kernels": [3, 5], "expansions": [2, 3]},
    {"channels": 8, "stride": 2, "depths": [1, 2], "kernels": [3, 5], "expansions": [2, 3]}
  ],
  "feature_mix": 16
})";

/// The stripes as a folder of pictures, train and test, and a design space for them.
class Workplace {
 public:
  Workplace() {
    const data::DatasetSplits splits = testing::stripes(160, 40);
    write(splits.train, "train");
    write(splits.test, "test");
    write_text(folder_.path() / "tiny.json", tiny_space);
  }

  SearchSettings settings() const {
    SearchSettings settings;
    settings.dataset = (folder_.path() / "data").string();
    settings.board = "stm32f412";
    settings.space = (folder_.path() / "tiny.json").string();
    settings.flip = false;
    settings.minutes = 1;
    return settings;
  }
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

 private:
  void write(const data::Dataset& part, const std::string& name) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      const auto pixels = part.pixels(i);
      write_text(folder_.path() / "data" / name / part.class_names()[static_cast<std::size_t>(part.label(i))] /
                     fmt::format("{:03}.pgm", i),
                 "P5 8 8 255\n" + std::string(pixels.begin(), pixels.end()));
    }
  }
  TemporaryFolder folder_;
};

TrainerOptions one_thread() {
  TrainerOptions options;
  options.threads = 1;
  return options;
}

TEST(Search, GoesFromDataToAnInt8File) {
  const Workplace place;
  const SearchOutcome outcome = run_search(place.settings(), place.path("out"), SearchStage::finish, one_thread());
  EXPECT_TRUE(outcome.finished);
  EXPECT_EQ(outcome.stage, SearchStage::finish);
  for (const char* file : {"search.json", "spaces.json", "candidates.jsonl", "winner.json", "arch.json", "float.tflite",
                           "int8.tflite", "normalization.json", "result.json"}) {
    EXPECT_TRUE(std::filesystem::exists(place.path("out") / file)) << file;
  }
}

TEST(Search, InterruptedAtManyPointsItEndsWithTheSameFile) {
  const Workplace place;
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
  const SearchSettings settings = Workplace().settings();
  EXPECT_EQ(to_json(parse_search_settings(to_json(settings), "search.json")), to_json(settings));
  EXPECT_THROW(recorded_search("/nowhere"), Error);
}

}  // namespace
}  // namespace thimble::train
