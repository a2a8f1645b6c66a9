#include "train/trainer.h"

#include <cstring>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "one_thread.h"
#include "reference/interpreter.h"
#include "synthetic.h"

namespace thimble::train {
namespace {

TrainingResult train_in(const std::filesystem::path& folder, const Recipe& recipe, bool resume,
                        const TrainerOptions& options) {
  return train(testing::tiny_network(), recipe, testing::stripes(600, 200), {}, folder, resume, {}, options);
}

/// All constants of a graph, one after another: equal only if every weight is.
std::vector<std::byte> constants_of(const ir::Graph& graph) {
  std::vector<std::byte> all;
  for (const ir::Tensor& tensor : graph.tensors) {
    if (tensor.is_constant()) all.insert(all.end(), tensor.data->begin(), tensor.data->end());
  }
  return all;
}

TEST(Trainer, LearnsATaskThatCanBeLearnt) {
  const TemporaryFolder folder;
  Recipe recipe = testing::tiny_recipe();
  recipe.epochs = 6;
  const TrainingResult result = train_in(folder.path(), recipe, false, one_thread());
  EXPECT_TRUE(result.finished);
  EXPECT_FALSE(result.on_validation);
  EXPECT_EQ(result.last.epoch, 6);
  EXPECT_GE(result.last.accuracy, 0.95);
  const std::string log = read_text(folder.path() / "log.jsonl");
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 6);
  EXPECT_EQ(result.graph.labels, (std::vector<std::string>{"rows", "columns"}));
}

TEST(Trainer, TheExportedGraphHasTheReportedAccuracy) {
  const TemporaryFolder folder;
  const TrainingResult result = train_in(folder.path(), testing::tiny_recipe(), false, one_thread());
  const data::Dataset test = testing::stripes(600, 200).test;
  int correct = 0;
  for (std::size_t i = 0; i < test.size(); ++i) {
    const auto input = data::to_input(test, i, result.graph.tensor(result.graph.inputs[0]), {});
    const auto output = reference::run(result.graph, std::vector<reference::Bytes>{input}).at(0);
    float logits[2];
    std::memcpy(logits, output.data(), sizeof logits);
    correct += (logits[1] > logits[0] ? 1 : 0) == test.label(i) ? 1 : 0;
  }
  EXPECT_NEAR(correct / static_cast<double>(test.size()), result.last.accuracy, 0.006);
}

TEST(Trainer, SameSeedSameWeights) {
  const TemporaryFolder a, b, c;
  Recipe recipe = testing::tiny_recipe();
  recipe.epochs = 1;
  const auto first = constants_of(train_in(a.path(), recipe, false, one_thread()).graph);
  EXPECT_EQ(constants_of(train_in(b.path(), recipe, false, one_thread()).graph), first);
  recipe.seed = 2;
  EXPECT_NE(constants_of(train_in(c.path(), recipe, false, one_thread()).graph), first);
}

/// Trains, interrupted after every step by a flag that is already set, until it is finished.
TrainingResult train_in_pieces(const std::filesystem::path& folder, const Recipe& recipe, TrainerOptions options) {
  const std::atomic<bool> interrupted = true;
  options.interrupted = &interrupted;
  TrainingResult result = train_in(folder, recipe, false, options);
  int pieces = 1;
  while (!result.finished) {
    result = train_in(folder, recipe, true, options);
    ++pieces;
  }
  EXPECT_EQ(pieces, 36);  // 600 / 32 = 18 steps an epoch.
  return result;
}

TEST(Trainer, InterruptedAfterEachStepItEndsWithTheSameWeights) {
  for (const int threads : {1, 2}) {
    const TemporaryFolder whole, pieces;
    Recipe recipe = testing::tiny_recipe();
    recipe.epochs = 2;
    TrainerOptions options = one_thread();
    options.threads = threads;
    const TrainingResult expected = train_in(whole.path(), recipe, false, options);
    const TrainingResult result = train_in_pieces(pieces.path(), recipe, options);
    EXPECT_EQ(constants_of(result.graph), constants_of(expected.graph)) << threads << " threads";
    const std::string log = read_text(pieces.path() / "log.jsonl");
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2);
  }
}

TEST(Trainer, ATimeLimitEndsTheTraining) {
  const TemporaryFolder folder;
  Recipe recipe = testing::tiny_recipe();
  recipe.epochs = 100'000;
  recipe.minutes = 0.02;
  const TrainingResult result = train_in(folder.path(), recipe, false, one_thread());
  EXPECT_TRUE(result.finished);
  EXPECT_LT(result.last.epoch, 100'000);
  EXPECT_GE(result.last.seconds, 1.2);
}

TEST(Trainer, ADamagedCheckpointIsRefused) {
  const TemporaryFolder folder;
  write_text(folder.path() / "checkpoint.pt", "not a checkpoint");
  try {
    train_in(folder.path(), testing::tiny_recipe(), true, one_thread());
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("checkpoint.pt: is not a checkpoint"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace thimble::train
