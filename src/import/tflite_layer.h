// import/tflite_layer.h
#pragma once

#include <string>
#include <utility>

#include <import/tflite_generated.h>

#include "base/error.h"
#include "ir/graph.h"

namespace thimble::import {

/// One operator of the file on its way into a graph that has all its tensors. Input and output ids are in range.
struct Layer {
  const ir::Graph& graph;
  const tflite::Operator& source;
  tflite::BuiltinOperator code;
  int index;
  ir::Op op;  ///< Its tensors as in the file; import_operator fills in the kind.

  const ir::Tensor& input(std::size_t i) const { return graph.tensor(op.inputs.at(i)); }
  const ir::Tensor& output() const { return graph.tensor(op.outputs.at(0)); }
  bool has_input(std::size_t i) const { return i < op.inputs.size() && op.inputs[i] != ir::no_tensor; }

  /// Throws the one error of every layer that cannot be read: model, layer, output's name, what and why.
  template <typename... Args>
  [[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) const {
    throw Error(fmt::format("{}: layer {} \"{}\": {}", graph.name, index, op.outputs.empty() ? "" : output().name,
                            fmt::format(format, std::forward<Args>(args)...)),
                "docs/ops.md lists what each operator supports");
  }
};

/// "CONV_2D", or a custom operator's own name.
std::string operator_name(const tflite::OperatorCode& code);

/// What to use instead of an operator that is not supported: "CONV_2D after RESIZE_NEAREST_NEIGHBOR", or "" if nothing
/// comes near.
std::string nearest_supported(tflite::BuiltinOperator code);

}  // namespace thimble::import
