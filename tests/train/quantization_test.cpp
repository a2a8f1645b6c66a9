#include <cstring>

#include <gtest/gtest.h>

#include "base/files.h"
#include "data/model_inputs.h"
#include "one_thread.h"
#include "quantize/check_int8.h"
#include "quantize/evaluate.h"
#include "synthetic.h"
#include "train/quantization_aware.h"

namespace thimble::train {
namespace {

constexpr std::size_t samples = 600;
constexpr std::size_t test_samples = 1000;

/// A network trained too shortly to be sure of everything: one that is right on all samples would show no difference.
TrainingResult float_training(const std::filesystem::path& folder,
                              const ir::NetConfig& network = testing::tiny_network()) {
  Recipe recipe = testing::tiny_recipe();
  recipe.epochs = 2;
  return train(network, recipe, testing::stripes(samples, test_samples), {}, folder, false, {}, one_thread());
}

Recipe recipe() {
  Recipe recipe = testing::tiny_recipe();
  recipe.quantization.epochs = 2;
  return recipe;
}

QuantizationAwareResult quantized_training(const TrainingResult& trained, const std::filesystem::path& folder,
                                           bool resume, const TrainerOptions& options,
                                           const ir::NetConfig& network = testing::tiny_network()) {
  return train_quantization_aware(network, recipe(), testing::stripes(samples, test_samples), {}, folder, resume,
                                  {.state = trained.state}, options);
}

double int8_accuracy(const ir::Graph& graph) {
  const data::Dataset test = testing::stripes(samples, test_samples).test;
  const quantize::Evaluation evaluation =
      quantize::evaluate(data::model_inputs(test, graph, {}), quantize::reference_model(graph),
                         graph.tensor(graph.outputs[0]), quantize::OutputKind::logits);
  return evaluation.accuracy();
}

TEST(QuantizationAware, TheInt8GraphHasTheSimulatedAccuracy) {
  for (const ir::NetConfig& network : {testing::tiny_network(), testing::tiny_hard_swish_network()}) {
    const TemporaryFolder folder, int8_folder;
    const TrainingResult trained = float_training(folder.path(), network);
    const QuantizationAwareResult result =
        quantized_training(trained, int8_folder.path(), false, one_thread(), network);
    EXPECT_EQ(quantize::int8_violations(result.int8), std::vector<std::string>{});
    EXPECT_NEAR(int8_accuracy(result.int8), result.training.last.accuracy, 0.002);
    EXPECT_GE(result.training.last.accuracy, trained.last.accuracy - 0.01);
  }
}

TEST(QuantizationAware, RangesAreLearned) {
  const TemporaryFolder folder, int8_folder;
  const TrainingResult trained = float_training(folder.path());
  nn::Network before(testing::tiny_network(), 0);
  const QuantizationAwareResult result = quantized_training(trained, int8_folder.path(), false, one_thread());
  int learned = 0;
  for (std::size_t t = 0; t < result.training.graph.tensors.size(); ++t) {
    const auto& range = result.training.ranges->ranges[t];
    if (!range) continue;
    EXPECT_LT(range->min, range->max);
    const std::string& name = result.training.graph.tensors[t].name;
    if (name.ends_with("/expand") || name.ends_with("/depthwise")) learned += range->min == 0 && range->max < 6;
  }
  EXPECT_EQ(learned, 2);
}

TEST(QuantizationAware, InterruptedAfterEachStepItEndsWithTheSameGraph) {
  const TemporaryFolder folder, whole, pieces;
  const TrainingResult trained = float_training(folder.path());
  const QuantizationAwareResult expected = quantized_training(trained, whole.path(), false, one_thread());
  const std::atomic<bool> interrupted = true;
  TrainerOptions options = one_thread();
  options.interrupted = &interrupted;
  QuantizationAwareResult result = quantized_training(trained, pieces.path(), false, options);
  while (!result.training.finished) result = quantized_training(trained, pieces.path(), true, options);
  ASSERT_EQ(result.int8.tensors.size(), expected.int8.tensors.size());
  for (std::size_t t = 0; t < result.int8.tensors.size(); ++t) {
    const ir::Tensor& found = result.int8.tensors[t];
    EXPECT_EQ(found.quantization, expected.int8.tensors[t].quantization) << found.name;
    if (found.is_constant()) {
      EXPECT_EQ(*found.data, *expected.int8.tensors[t].data) << found.name;
    }
  }
}

TEST(Distillation, AStudentFollowsItsTeacher) {
  const TemporaryFolder teacher_folder, student_folder;
  const TrainingResult trained = float_training(teacher_folder.path());
  nn::Network teacher = trained_network(testing::tiny_network(), teacher_folder.path() / "checkpoint.pt");
  // Every label is wrong: all that is right comes from the teacher.
  data::DatasetSplits wrong = testing::stripes(samples, test_samples);
  data::SampleTable table = wrong.train.table();
  for (std::size_t i = 0; i < samples; ++i) table.labels[i] = 1 - table.labels[i];
  wrong = data::published_splits(data::Dataset(std::move(table)));
  Recipe recipe = testing::tiny_recipe();
  recipe.epochs = 4;
  recipe.seed = 5;
  recipe.distillation.weight = 1;
  const TrainingResult student = train(testing::tiny_network(), recipe, wrong, {}, student_folder.path(), false,
                                       {.teacher = &teacher}, one_thread());
  EXPECT_GE(student.last.accuracy, 0.8);
}

}  // namespace
}  // namespace thimble::train
