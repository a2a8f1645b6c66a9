#include "import/tflite_import.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "import/raw_file.h"
#include "ir/dump.h"
#include "shared_files.h"

namespace thimble::import {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using tflite::BuiltinOperator;
using tflite::TensorType;
using thimble::testing::RawFile;
using thimble::testing::RawTensor;

/// The message of the Error that a file ends in.
std::string refusal(std::span<const std::byte> bytes) {
  try {
    parse_tflite(bytes, "model.tflite");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

RawFile one_operator(BuiltinOperator code, std::vector<RawTensor> tensors) {
  RawFile file{std::move(tensors)};
  file.code = static_cast<int>(code);
  return file;
}

TEST(TfliteImport, TakesTheGreaterOfTheTwoOperatorCodes) {
  RawFile file{{{"in", {1, 4}}, {"out", {1, 4}}}};
  file.old_code = static_cast<std::int8_t>(BuiltinOperator::RELU);
  EXPECT_EQ(ir::dump(parse_tflite(file.bytes(), "old")), R"(graph old
input %0 int8[1x4](scale 0.5 zero 0)
%1 = clamp relu(%0) int8[1x4](scale 0.5 zero 0)
output %1
)");
  file.old_code = 127;
  file.code = 209;
  EXPECT_EQ(refusal(file.bytes()), "model.tflite: layer 0 \"out\": STABLEHLO_CASE is not supported");
}

TEST(TfliteImport, NamesAnUnsupportedOperatorItsLayerAndTheNearestSupportedOne) {
  EXPECT_EQ(refusal(one_operator(BuiltinOperator::TRANSPOSE_CONV, {{"in", {1}}, {"block3/up", {1}}}).bytes()),
            "model.tflite: layer 0 \"block3/up\": TRANSPOSE_CONV is not supported (RESIZE_NEAREST_NEIGHBOR followed by "
            "CONV_2D is)");
  RawFile custom = one_operator(BuiltinOperator::CUSTOM, {{"in", {1}}, {"boxes", {1}}});
  custom.custom_code = "TFLite_Detection_PostProcess";
  EXPECT_EQ(refusal(custom.bytes()),
            "model.tflite: layer 0 \"boxes\": custom operator TFLite_Detection_PostProcess is not supported");
}

TEST(TfliteImport, MakesPaddingExplicit) {
  flatbuffers::FlatBufferBuilder builder;
  RawFile file =
      one_operator(BuiltinOperator::CONV_2D, {{"in", {1, 4, 5, 1}},
                                              {"weights", {1, 3, 3, 1}, TensorType::INT8, {1, 2, 3, 4, 5, 6, 7, 8, 9}},
                                              {"out", {1, 2, 3, 1}}});
  file.options_type = tflite::BuiltinOptions::Conv2DOptions;
  file.options = tflite::CreateConv2DOptions(builder, tflite::Padding::SAME, 2, 2).Union();
  const ir::Graph graph = parse_tflite(file.bytes(builder), "same");
  // Rows: 4 -> 2 needs one, which goes below; columns: 5 -> 3 needs one on each side.
  EXPECT_EQ(std::get<ir::Conv2D>(graph.ops[0].kind).padding, (ir::Padding{0, 1, 1, 1}));
  EXPECT_EQ(graph.ops[0].inputs, (std::vector<ir::TensorId>{0, 1, ir::no_tensor}));
}

TEST(TfliteImport, RefusesWhatIsNoModel) {
  EXPECT_EQ(refusal({}), "model.tflite: the file is empty");
  const std::string text = "PK\x03\x04 this is something else";
  EXPECT_THAT(refusal(std::as_bytes(std::span(text))), HasSubstr("not a TensorFlow Lite model"));
  std::vector<std::byte> cut = one_operator(BuiltinOperator::RELU, {{"in", {1}}, {"out", {1}}}).bytes();
  cut.resize(cut.size() / 2);
  EXPECT_EQ(refusal(cut), "model.tflite: the file is damaged or cut off: its tables point outside it");
  EXPECT_THROW(read_tflite("/nonexistent/model.tflite"), Error);
}

TEST(TfliteImport, RefusesTensorsThatItCannotKeep) {
  const auto with_input = [](const RawTensor& in) { return one_operator(BuiltinOperator::RELU, {in, {"out", {2}}}); };
  RawTensor tensor{"in", {2}};
  tensor.type = TensorType::FLOAT16;
  EXPECT_EQ(refusal(with_input(tensor).bytes()),
            "model.tflite: tensor 0 \"in\" is FLOAT16, which is not supported (int8, uint8, int32 and float32 are)");
  tensor = {"in", {-1, 2}};
  EXPECT_THAT(refusal(with_input(tensor).bytes()), HasSubstr("tensor 0 \"in\" has a dynamic shape"));
  tensor = {"in", {1, 2}};
  tensor.signature = {1, -1};
  EXPECT_THAT(refusal(with_input(tensor).bytes()), HasSubstr("input \"in\" has a dynamic shape"));
  tensor = {"in", {2}};
  tensor.variable = true;
  EXPECT_THAT(refusal(with_input(tensor).bytes()), HasSubstr("tensor 0 \"in\" is a variable"));
  tensor = {"in", {2}};
  tensor.zero_point = {128};
  EXPECT_EQ(refusal(with_input(tensor).bytes()), "model.tflite: tensor 0 \"in\" has a zero point of 128, outside int8");
  tensor = {"in", {2}};
  tensor.data = {1, 2, 3};
  EXPECT_EQ(refusal(with_input(tensor).bytes()),
            "model.tflite: tensor 0 \"in\" of 2 int8 needs 2 bytes, the file has 3");
  tensor = {"in", {1 << 20, 1 << 20}};
  EXPECT_EQ(refusal(with_input(tensor).bytes()), "model.tflite: tensor 0 \"in\" is too large");
}

TEST(TfliteImport, AcceptsAnOpenBatchDimension) {
  RawFile file = one_operator(BuiltinOperator::RELU, {{"in", {1, 2}}, {"out", {1, 2}}});
  file.tensors[0].signature = {-1, 2};
  EXPECT_EQ(refusal(file.bytes()), "accepted");
}

TEST(TfliteImport, RefusesHybridAndLegacyQuantization) {
  const auto dense = [](TensorType activations, TensorType weights) {
    flatbuffers::FlatBufferBuilder builder;
    RawFile file =
        one_operator(BuiltinOperator::FULLY_CONNECTED,
                     {{"in", {1, 2}, activations}, {"weights", {1, 2}, weights, {1, 2}}, {"out", {1, 1}, activations}});
    file.options_type = tflite::BuiltinOptions::FullyConnectedOptions;
    file.options = tflite::CreateFullyConnectedOptions(builder).Union();
    return refusal(file.bytes(builder));
  };
  EXPECT_EQ(dense(TensorType::INT8, TensorType::INT8), "accepted");
  EXPECT_EQ(dense(TensorType::FLOAT32, TensorType::INT8),
            "model.tflite: layer 0 \"out\": hybrid quantization (float32 activations, int8 weights) is not supported");
  EXPECT_EQ(dense(TensorType::UINT8, TensorType::UINT8),
            "model.tflite: layer 0 \"out\": legacy uint8 quantization is not supported (int8 is)");
}

TEST(TfliteImport, RefusesIndicesOutsideTheFile) {
  RawFile file = one_operator(BuiltinOperator::ADD, {{"in", {2}}, {"out", {2}}});
  file.inputs = {0, 7};
  EXPECT_EQ(refusal(file.bytes()), "model.tflite: an input of layer 0 is tensor 7, which does not exist");
  file.inputs = {0, -1};
  EXPECT_EQ(refusal(file.bytes()), "model.tflite: layer 0 \"out\": ADD lacks its input 1");
  file.inputs = {0, 1};
  EXPECT_THAT(refusal(file.bytes()), HasSubstr("before it is computed"));
}

TEST(TfliteImport, RefusesLayersWithoutElements) {
  EXPECT_EQ(refusal(one_operator(BuiltinOperator::RELU, {{"in", {1, 0}}, {"out", {1, 0}}}).bytes()),
            "model.tflite: layer 0 \"out\": its output has no elements");
  EXPECT_EQ(refusal(one_operator(BuiltinOperator::ADD, {{"in", {0}}, {"shift", {1}}, {"out", {1}}}).bytes()),
            "model.tflite: layer 0 \"out\": its input \"in\" has no elements");
}

TEST(TfliteImport, ReadsPublishedModels) {
  THIMBLE_NEEDS_SHARED("models/tflite-micro/person_detect.tflite");
  const ir::Graph graph = read_tflite(thimble::testing::shared_folder() / "models/tflite-micro/person_detect.tflite");
  EXPECT_EQ(graph.ops.size(), 31U);
  EXPECT_EQ(ir::macs_of(graph), 7157888);
  EXPECT_THAT(ir::dump(graph),
              HasSubstr("%28 = conv_2d(%27, %30:const int8[2x1x1x256](2 scales), %29:const "
                        "int32[2](2 scales)) int8[1x1x1x2](scale 0.0125188 zero -1)\n"
                        "%31 = reshape(%28, %32:const int32[2]) int8[1x2](scale 0.0125188 zero -1)\n"));
  EXPECT_EQ(graph.tensor(28).source_op, 28);
}

TEST(TfliteImport, ReadsEveryPublishedModelOrSaysWhichLayerItCannot) {
  THIMBLE_NEEDS_SHARED("models");
  int read = 0;
  std::vector<std::string> refused;
  for (const auto& file : std::filesystem::recursive_directory_iterator(thimble::testing::shared_folder() / "models")) {
    if (file.path().extension() != ".tflite") continue;
    try {
      read_tflite(file.path());
      ++read;
    } catch (const Error& error) {
      refused.emplace_back(error.what());
      EXPECT_THAT(refused.back(), HasSubstr(": layer ")) << file.path();
    }
  }
  EXPECT_GE(read, 57);
  EXPECT_LE(refused.size(), 8U) << ::testing::PrintToString(refused);
}

}  // namespace
}  // namespace thimble::import
