// export/tflite_lowering.h
#pragma once

#include <vector>

#include <import/tflite_generated.h>

#include "ir/graph.h"

namespace thimble::exporting {

/// An operator as the format has it.
struct FileOp {
  tflite::BuiltinOperator code;
  int version = 1;
  ir::Operator kind;                                 ///< Where its options come from.
  tflite::Padding padding = tflite::Padding::VALID;  ///< Of convolutions and poolings.
  std::vector<ir::TensorId> inputs;
  std::vector<ir::TensorId> outputs;
};

struct FileModel {
  std::vector<ir::Tensor> tensors;  ///< Those of the graph, then constants and padded tensors that the format needs.
  std::vector<FileOp> ops;
};

/// The graph in the format's own terms: operator codes and versions, constant inputs for what IR keeps in an operator's
/// parameters, PAD before convolutions whose padding is neither SAME nor VALID. @throws Error as `to_tflite`.
FileModel lower(const ir::Graph& graph);

}  // namespace thimble::exporting
