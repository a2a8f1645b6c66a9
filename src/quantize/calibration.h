// quantize/calibration.h
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "quantize/affine.h"
#include "quantize/labelled_inputs.h"

namespace thimble::quantize {

/// Ranges of a graph's float tensors, by tensor id; none for constants and for tensors that were not seen. Comes from
/// `calibrate`, or from quantization-aware training, which learns them.
struct Calibration {
  std::vector<std::optional<Range>> ranges;
};

/// How a tensor's range follows from the values it takes on the calibration samples. The graph's inputs always get
/// min_max: pixels fill a known range evenly, there is no tail to cut off.
enum class CalibrationMethod {
  min_max,         ///< The least and the greatest value.
  moving_average,  ///< Of each batch's least and greatest value, in the samples' order.
  percentile,      ///< Without the outermost values (from a histogram).
  mse,             ///< The range with the least mean squared quantization error (from a histogram).
};
/// "min-max", "moving-average", "percentile", "mse". @throws Error for another name.
CalibrationMethod calibration_method_named(std::string_view name);
std::string_view name_of(CalibrationMethod method);

struct CalibrationOptions {
  CalibrationMethod method = CalibrationMethod::min_max;
  /// moving_average: the weight of the range so far, and how many samples in a row make a batch. The average of single
  /// samples' ranges clips half of the samples' greatest values.
  double decay = 0.9;
  std::size_t batch = 16;
  /// percentile: the share of values kept at each end.
  double percentile = 99.99;
  int histogram_bins = 2048;
  unsigned threads = 2;
};

/// Runs the samples through a float32 graph on the reference interpreter and notes the ranges of its inputs and of
/// every operator's outputs. Histogram methods run each sample twice. The result does not depend on the number of
/// threads.
/// @throws Error if the graph is not float32, there are no samples, or a tensor takes a value that is not finite.
Calibration calibrate(const ir::Graph& graph, const LabelledInputs& samples, const CalibrationOptions& options = {});

}  // namespace thimble::quantize
