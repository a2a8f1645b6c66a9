#include "quantize/evaluate.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "float_graphs.h"

namespace thimble::quantize {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ir::Tensor output(int classes, ir::DataType type) {
  ir::Tensor tensor;
  tensor.name = "out";
  tensor.shape = {1, classes};
  tensor.type = type;
  if (type == ir::DataType::int8) tensor.quantization = ir::Quantization{.scale = {1.0F / 256}, .zero_point = {-128}};
  return tensor;
}

/// Samples whose inputs are given; the model passes them on as its outputs.
LabelledInputs answers(const std::vector<std::vector<float>>& values, std::vector<int> labels) {
  LabelledInputs samples;
  samples.labels = std::move(labels);
  samples.class_names = {"cat", "dog", "fox"};
  samples.inputs = [values](std::size_t i) { return std::vector<reference::Bytes>{testing::bytes_of(values[i])}; };
  return samples;
}
const Model identity = [](std::span<const reference::Bytes> inputs) {
  return std::vector<reference::Bytes>(inputs.begin(), inputs.end());
};

TEST(Evaluate, CountsWhatIsRightAndWhatIsTakenForWhat) {
  const LabelledInputs samples =
      answers({{0.7F, 0.2F, 0.1F}, {0.5F, 0.25F, 0.25F}, {0.1F, 0.1F, 0.8F}, {0.4F, 0.4F, 0.2F}}, {0, 1, 2, 0});
  for (const unsigned threads : {1U, 3U}) {
    const Evaluation e =
        evaluate(samples, identity, output(3, ir::DataType::float32), OutputKind::probabilities, threads);
    EXPECT_EQ(e.correct, 3);
    EXPECT_DOUBLE_EQ(e.accuracy(), 0.75);
    EXPECT_EQ(e.correct_in_top5, 4);
    EXPECT_THAT(e.confusion, ElementsAre(ElementsAre(2, 0, 0), ElementsAre(1, 0, 0), ElementsAre(0, 0, 1)));
    EXPECT_NEAR(e.loss, -(std::log(0.7) + std::log(0.25) + std::log(0.8) + std::log(0.4)) / 4, 1e-6);
  }
}

TEST(Evaluate, SendsLogitsThroughASoftmax) {
  const Evaluation e =
      evaluate(answers({{0, 1, 0}}, {1}), identity, output(3, ir::DataType::float32), OutputKind::logits);
  EXPECT_NEAR(e.loss, -std::log(std::exp(1.0) / (std::exp(1.0) + 2)), 1e-6);
}

TEST(Evaluate, CountsAnInt8ProbabilityOfZeroAsHalfAStep) {
  LabelledInputs samples = answers({}, {0});
  samples.inputs = [](std::size_t) {
    return std::vector<reference::Bytes>{{std::byte{0x80}, std::byte{0x7F}, std::byte{0x80}}};
  };
  const Evaluation e = evaluate(samples, identity, output(3, ir::DataType::int8), OutputKind::probabilities);
  EXPECT_NEAR(e.loss, std::log(512), 1e-6);
  EXPECT_EQ(e.correct, 0);
}

TEST(Evaluate, ReadsOneValueAsTheSecondOfTwoClasses) {
  LabelledInputs samples = answers({{0.9F}, {0.2F}, {0.6F}}, {1, 0, 0});
  samples.class_names = {"no", "yes"};
  const Evaluation e = evaluate(samples, identity, output(1, ir::DataType::float32), OutputKind::probabilities);
  EXPECT_THAT(e.confusion, ElementsAre(ElementsAre(1, 1), ElementsAre(0, 1)));
}

TEST(Evaluate, RefusesAModelWithFewerClassesThanTheDataset) {
  EXPECT_THAT(testing::message_of([] {
                evaluate(answers({{0, 1}}, {0}), identity, output(2, ir::DataType::float32), OutputKind::logits);
              }),
              HasSubstr("the model tells 2 classes apart, the dataset has 3"));
}

TEST(Evaluate, ReportsAsJsonAndAsATable) {
  const Evaluation e = evaluate(answers({{1, 0, 0}, {1, 0, 0}}, {0, 2}), identity, output(3, ir::DataType::float32),
                                OutputKind::probabilities);
  const Json json = to_json(e);
  EXPECT_EQ(json["accuracy"], 0.5);
  EXPECT_EQ(json["samples"], 2);
  EXPECT_EQ(json["confusion"][2][0], 1);
  EXPECT_EQ(json["classes"][1], "dog");
  EXPECT_THAT(text_of(e), HasSubstr("accuracy 50.00 % (1 of 2), loss 8.0590\n"));
  EXPECT_THAT(text_of(e), HasSubstr("  fox      1     0     0    0.00 %\n"));
}

TEST(Evaluate, KnowsProbabilitiesBehindConversions) {
  testing::FloatGraph g;
  const ir::TensorId in = g.input({1, 4});
  EXPECT_EQ(output_kind(g.finish(g.op(ir::Clamp{}, {in}))), OutputKind::logits);
  const ir::TensorId reshaped = g.op(ir::Reshape{}, {g.op(ir::Softmax{}, {in})}, {4});
  EXPECT_EQ(output_kind(g.finish(reshaped)), OutputKind::probabilities);
}

}  // namespace
}  // namespace thimble::quantize
