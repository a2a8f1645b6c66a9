// quantize/labelled_inputs.h
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "reference/interpreter.h"

namespace thimble::quantize {

/// Samples as a model takes them, made when they are asked for. Keeps calibration and evaluation free of where samples
/// come from; data/model_inputs.h makes one of a dataset.
struct LabelledInputs {
  /// The values of sample `index` (below labels.size()) for each of the graph's inputs. Called from several threads.
  std::function<std::vector<reference::Bytes>(std::size_t index)> inputs;
  std::vector<int> labels;
  std::vector<std::string> class_names;

  std::size_t size() const { return labels.size(); }
};

}  // namespace thimble::quantize
