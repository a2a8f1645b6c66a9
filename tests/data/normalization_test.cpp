#include "data/normalization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/model_inputs.h"
#include "sample_files.h"

namespace thimble::data {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;

/// One 1x2 RGB picture.
Dataset picture(std::vector<std::uint8_t> pixels) {
  SampleTable table;
  table.name = "picture";
  table.class_names = {"a"};
  table.labels = {0};
  table.shape = {.height = 1, .width = 2, .channels = 3};
  for (const std::uint8_t p : pixels) table.values.push_back(static_cast<std::byte>(p));
  return Dataset(std::move(table));
}

ir::Tensor input(ir::DataType type, float scale = 1, int zero_point = 0) {
  ir::Tensor tensor;
  tensor.name = "in";
  tensor.shape = {1, 1, 2, 3};
  tensor.type = type;
  if (type != ir::DataType::float32)
    tensor.quantization = ir::Quantization{.scale = {scale}, .zero_point = {zero_point}};
  return tensor;
}

template <typename T>
std::vector<T> as(const std::vector<std::byte>& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

const Dataset sample = picture({0, 1, 127, 128, 254, 255});

TEST(Normalization, FloatInputsAreTheFormula) {
  const Normalization own{.mean = {0, 0.5F, 0.25F}, .std = {1, 0.5F, 2}};
  EXPECT_THAT(as<float>(to_input(sample, 0, input(ir::DataType::float32), own)),
              ElementsAre(FloatEq(0.0F), FloatEq((1 / 255.0F - 0.5F) / 0.5F), FloatEq((127 / 255.0F - 0.25F) / 2),
                          FloatEq(128 / 255.0F), FloatEq((254 / 255.0F - 0.5F) / 0.5F), FloatEq(0.375F)));
}

TEST(Normalization, QuantizedInputsUseTheModelsScale) {
  // unit range at 1/255, zero point -128: int8 = pixel - 128.
  EXPECT_THAT(
      as<std::int8_t>(to_input(sample, 0, input(ir::DataType::int8, 1 / 255.0F, -128), normalization_named("unit"))),
      ElementsAre(-128, -127, -1, 0, 126, 127));
  EXPECT_THAT(as<std::uint8_t>(
                  to_input(sample, 0, input(ir::DataType::uint8, 1 / 127.0F, 128), normalization_named("symmetric"))),
              ElementsAre(1, 2, 128, 128, 254, 255));
}

TEST(Normalization, RawInputsArePixelsWhateverTheScale) {
  const Normalization raw = normalization_named("raw");
  EXPECT_THAT(as<std::int8_t>(to_input(sample, 0, input(ir::DataType::int8, 3, 7), raw)),
              ElementsAre(-128, -127, -1, 0, 126, 127));
  EXPECT_THAT(as<std::uint8_t>(to_input(sample, 0, input(ir::DataType::uint8, 3, 7), raw)),
              ElementsAre(0, 1, 127, 128, 254, 255));
  EXPECT_THAT(as<float>(to_input(sample, 0, input(ir::DataType::float32), raw)), ElementsAre(0, 1, 127, 128, 254, 255));
}

TEST(Normalization, SurvivesJson) {
  const Normalization own{.mean = {0.1F, 0.2F, 0.3F}, .std = {1, 2, 3}};
  EXPECT_EQ(normalization_from_json(to_json(own)), own);
  EXPECT_EQ(normalization_from_json(to_json(normalization_named("raw"))), normalization_named("raw"));
  EXPECT_THAT(testing::message_of([] { normalization_from_json(Json::object()); }), HasSubstr("is not an object with"));
  EXPECT_THAT(testing::message_of([] { normalization_from_json({{"mode", "odd"}}); }), HasSubstr("\"odd\""));
}

TEST(Normalization, IsMeasuredForEachChannel) {
  const Normalization measured = measure_normalization(picture({0, 255, 51, 255, 255, 153}));
  EXPECT_THAT(measured.mean, ElementsAre(FloatEq(0.5F), FloatEq(1.0F), FloatEq(0.4F)));
  EXPECT_THAT(measured.std, ElementsAre(FloatEq(0.5F), FloatEq(1.0F), FloatEq(0.2F)));
}

TEST(Normalization, SaysWhatDoesNotFit) {
  ir::Tensor other = input(ir::DataType::float32);
  other.shape = {1, 2, 2, 3};
  EXPECT_THAT(testing::message_of([&] { to_input(sample, 0, other, {}); }),
              HasSubstr("samples are 1x2x3, but input \"in\" is 1x2x2x3"));
  EXPECT_THAT(testing::message_of([&] { to_input(sample, 0, input(ir::DataType::int16), {}); }), HasSubstr("is int16"));
  EXPECT_THAT(testing::message_of([&] {
                to_input(sample, 0, input(ir::DataType::float32), {.mean = {1, 2}});
              }),
              HasSubstr("normalization is for 2"));
  EXPECT_THAT(testing::message_of([] { normalization_named("symetric"); }), HasSubstr("no normalization \"symetric\""));
}

TEST(ModelInputs, FeedAModelWithOneInput) {
  ir::Graph graph;
  graph.inputs = {graph.add_tensor(input(ir::DataType::int8, 1 / 255.0F, -128))};
  const quantize::LabelledInputs samples = model_inputs(sample, graph, {});
  ASSERT_EQ(samples.size(), 1U);
  EXPECT_THAT(as<std::int8_t>(samples.inputs(0).at(0)), ElementsAre(-128, -127, -1, 0, 126, 127));
  graph.inputs.push_back(graph.inputs[0]);
  EXPECT_THAT(testing::message_of([&] { model_inputs(sample, graph, {}); }), HasSubstr("has 2 inputs"));
}

}  // namespace
}  // namespace thimble::data
