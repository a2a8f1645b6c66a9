#include "quantize/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "float_graphs.h"
#include "quantize/histogram.h"

namespace thimble::quantize {
namespace {

using ::testing::HasSubstr;

/// input [1,4] -> relu -> output.
ir::Graph relu_graph() {
  testing::FloatGraph g;
  const ir::TensorId in = g.input({1, 4});
  return g.finish(g.op(ir::Clamp{}, {in}));
}

LabelledInputs samples_of(const std::vector<std::vector<float>>& values) {
  LabelledInputs samples;
  samples.labels.assign(values.size(), 0);
  samples.class_names = {"any"};
  samples.inputs = [values](std::size_t i) { return std::vector<reference::Bytes>{testing::bytes_of(values[i])}; };
  return samples;
}

TEST(Calibration, MinMaxIsTheHullOfAllSamples) {
  const Calibration found = calibrate(relu_graph(), samples_of({{-1, 2, 0, 0}, {-3, 1, 0, 5}}));
  EXPECT_EQ(found.ranges.at(0), (Range{.min = -3, .max = 5}));
  EXPECT_EQ(found.ranges.at(1), (Range{.min = 0, .max = 5}));
}

TEST(Calibration, MovingAverageGivesNewBatchesTheRestOfTheWeight) {
  const Calibration found = calibrate(relu_graph(), samples_of({{-1, 2, 0, 0}, {-3, 1, 0, 4}}),
                                      {.method = CalibrationMethod::moving_average, .decay = 0.75, .batch = 1});
  EXPECT_EQ(found.ranges.at(0), (Range{.min = -3, .max = 4})) << "inputs are never clipped";
  EXPECT_EQ(found.ranges.at(1), (Range{.min = 0, .max = 2.5F}));
}

TEST(Calibration, DoesNotDependOnTheNumberOfThreads) {
  testing::FloatGraph g;
  const ir::Graph graph = g.finish(g.conv(g.input({1, 5, 5, 2}), 3, 3, ir::Activation::relu));
  const LabelledInputs samples = testing::random_samples(graph, 9);
  for (const CalibrationMethod method : {CalibrationMethod::min_max, CalibrationMethod::moving_average,
                                         CalibrationMethod::percentile, CalibrationMethod::mse}) {
    EXPECT_EQ(calibrate(graph, samples, {.method = method, .threads = 1}).ranges,
              calibrate(graph, samples, {.method = method, .threads = 4}).ranges);
  }
}

TEST(Calibration, SaysWhatCannotBeCalibrated) {
  EXPECT_THAT(testing::message_of([] { calibrate(relu_graph(), samples_of({})); }),
              HasSubstr("no calibration samples"));
  EXPECT_THAT(testing::message_of([] {
                calibrate(relu_graph(), samples_of({{0, NAN, 0, 0}}));
              }),
              HasSubstr("\"input0\" is not finite"));
  ir::Graph quantized = relu_graph();
  quantized.tensor(0).type = ir::DataType::int8;
  EXPECT_THAT(testing::message_of([&] { calibrate(quantized, samples_of({{0, 0, 0, 0}})); }), HasSubstr("is int8"));
  EXPECT_EQ(calibration_method_named("mse"), CalibrationMethod::mse);
  EXPECT_EQ(name_of(CalibrationMethod::moving_average), "moving-average");
  EXPECT_THAT(testing::message_of([] { calibration_method_named("minmax"); }), HasSubstr("no calibration method"));
}

TEST(Histogram, PercentileLeavesTheOutermostValuesOut) {
  Histogram histogram{.range = {.min = 0, .max = 100}, .counts = std::vector<std::uint64_t>(100)};
  std::vector<float> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 40 + 20 * static_cast<float>(i) / 1000;
  values[0] = 0;
  values[999] = 100;
  histogram.add(values);
  EXPECT_EQ(percentile_range(histogram, 100), (Range{.min = 0, .max = 100}));
  EXPECT_EQ(percentile_range(histogram, 99.8), (Range{.min = 40, .max = 60}));
}

TEST(Histogram, LeastErrorClipsALonelyOutlierButNotABroadRange) {
  Histogram lonely{.range = {.min = 0, .max = 100}, .counts = std::vector<std::uint64_t>(1000)};
  std::fill_n(lonely.counts.begin(), 100, 100'000);
  lonely.counts[999] = 1;
  EXPECT_LT(least_error_range(lonely).max, 50);
  Histogram broad{.range = {.min = -1, .max = 1}, .counts = std::vector<std::uint64_t>(1000, 5)};
  EXPECT_EQ(least_error_range(broad), broad.range);
}

}  // namespace
}  // namespace thimble::quantize
