// Published float models, quantized here and judged on real pictures beside their published int8 twins.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/model_inputs.h"
#include "data/open.h"
#include "float_graphs.h"
#include "import/tflite_import.h"
#include "quantize/check_int8.h"
#include "quantize/evaluate.h"
#include "quantize/quantize.h"
#include "shared_files.h"

namespace thimble::quantize {
namespace {

using ::testing::IsEmpty;

ir::Graph model(const char* path) { return import::read_tflite(testing::shared_folder() / "models" / path); }
data::Dataset dataset(const char* path) {
  return data::open_dataset((testing::shared_folder() / "data" / path).string()).for_evaluation();
}

double accuracy(const ir::Graph& graph, const data::Dataset& samples, const data::Normalization& normalization) {
  return evaluate(data::model_inputs(samples, graph, normalization), reference_model(graph),
                  graph.tensor(graph.outputs[0]), output_kind(graph), 2)
      .accuracy();
}

TEST(PublishedModels, VisualWakeWordsLosesNothingToItsPublishedInt8) {
  THIMBLE_NEEDS_SHARED("models/mlperf-tiny/vww_96_float.tflite");
  THIMBLE_NEEDS_SHARED("data/vww96");
  const ir::Graph original = model("mlperf-tiny/vww_96_float.tflite");
  const data::Dataset pictures = dataset("vww96");
  const data::Normalization unit = data::normalization_named("unit");
  const Calibration calibration = calibrate(original, data::model_inputs(pictures.sample_of(60, 1), original, unit));
  const ir::Graph int8 = quantize(original, calibration);
  EXPECT_THAT(int8_violations(int8), IsEmpty());
  const ir::Graph published = model("mlperf-tiny/vww_96_int8.tflite");
  EXPECT_NEAR(accuracy(int8, pictures, unit), accuracy(published, pictures, data::normalization_named("raw")), 0.01);
}

TEST(PublishedModels, ResNetLosesNothingToItsPublishedInt8ByAnyCalibration) {
  THIMBLE_NEEDS_SHARED("models/mlperf-tiny/pretrainedResnet.tflite");
  THIMBLE_NEEDS_SHARED("data/cifar10/lossless_test_batch.bin");
  const ir::Graph original = model("mlperf-tiny/pretrainedResnet.tflite");
  const data::Normalization raw = data::normalization_named("raw");
  const data::Dataset pictures = dataset("cifar10/lossless_test_batch.bin");
  const LabelledInputs samples =
      data::model_inputs(dataset("cifar10/lossless_train_batch.bin").sample_of(100, 1), original, raw);
  const double published = accuracy(model("mlperf-tiny/pretrainedResnet_quant.tflite"), pictures, raw);
  for (const CalibrationMethod method : {CalibrationMethod::min_max, CalibrationMethod::moving_average,
                                         CalibrationMethod::percentile, CalibrationMethod::mse}) {
    const ir::Graph int8 = quantize(original, calibrate(original, samples, {.method = method}));
    EXPECT_THAT(int8_violations(int8), IsEmpty());
    EXPECT_NEAR(accuracy(int8, pictures, raw), published, 0.01) << name_of(method);
  }
}

/// Root mean square of the difference between float and int8 outputs over random inputs.
double output_error(const ir::Graph& original, const ir::Graph& int8_with_float_ends) {
  const LabelledInputs samples = testing::random_samples(original, 8);
  double sum = 0;
  double count = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto inputs = samples.inputs(i);
    const auto expected = testing::values_of<float>(reference::run(original, inputs).at(0));
    const auto found = testing::values_of<float>(reference::run(int8_with_float_ends, inputs).at(0));
    for (std::size_t k = 0; k < expected.size(); ++k) {
      sum += std::pow(static_cast<double>(expected[k] - found[k]), 2);
      count += 1;
    }
  }
  return std::sqrt(sum / count);
}

TEST(PublishedModels, OfOtherArchitecturesQuantizeAndStayNearTheirFloatOutputs) {
  for (const char* path : {"mltk/image_example1.float32.tflite", "mltk/keyword_spotting_alexa.float32.tflite",
                           "mltk/keyword_spotting_pacman.float32.tflite"}) {
    THIMBLE_NEEDS_SHARED(std::string("models/") + path);
    const ir::Graph original = model(path);
    const Calibration calibration = calibrate(original, testing::random_samples(original, 24));
    const ir::Graph int8 =
        quantize(original, calibration, {.input_type = ir::DataType::float32, .output_type = ir::DataType::float32});
    EXPECT_THAT(int8_violations(int8), IsEmpty()) << path;
    EXPECT_LT(output_error(original, int8), 0.05) << path;
  }
}

TEST(PublishedModels, ThatAreHybridOrQuantizedAreRefused) {
  THIMBLE_NEEDS_SHARED("models/mlperf-tiny/vww_96_int8.tflite");
  const ir::Graph int8 = model("mlperf-tiny/vww_96_int8.tflite");
  EXPECT_THAT(testing::message_of([&] { quantize(int8, {}); }),
              ::testing::HasSubstr("only a float32 model can be quantized"));
}

TEST(PublishedModels, KeepTheSpecificationAsTheCheckerReadsIt) {
  for (const char* path : {"mlperf-tiny/vww_96_int8.tflite", "mlperf-tiny/pretrainedResnet_quant.tflite",
                           "mlperf-tiny/kws_ref_model.tflite"}) {
    THIMBLE_NEEDS_SHARED(std::string("models/") + path);
    EXPECT_THAT(int8_violations(model(path)), IsEmpty()) << path;
  }
}

}  // namespace
}  // namespace thimble::quantize
