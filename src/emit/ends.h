// emit/ends.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emit/c_text.h"
#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::emit {

/// An input or output of the generated program.
struct End {
  bool is_input = true;
  std::string name;                         ///< "input", "input_1", "output"
  ir::TensorId tensor = ir::no_tensor;      ///< In the arena.
  ir::TensorId outside = ir::no_tensor;     ///< The model's own tensor, where it is of another type.
  std::optional<ConstantArray> conversion;  ///< Table of a conversion between 8-bit types.
  bool by_rows = false;                     ///< An input of which the caller supplies one row after the other.

  /// "quantize_input", "quantize_input_row", "dequantize_output_1"
  std::string conversion_name() const {
    return (is_input ? "quantize_" : "dequantize_") + name + (by_rows ? "_row" : "");
  }
  /// What holds how many values a conversion takes: "input_elements" or "input_row_elements".
  std::string conversion_count() const { return name + (by_rows ? "_row_elements" : "_elements"); }
};

/// Inputs, then outputs. @throws Error if a tensor is of a type that generated code does not take.
std::vector<End> ends_of(const ir::Graph& graph, const plan::Plan& plan);

/// "int8_t", "uint8_t" or "float".
std::string c_type(ir::DataType type);

/// The declaration of an end's conversion without its semicolon:
/// "void person_quantize_input(const float* in, int8_t* out)".
std::string conversion_signature(const ir::Graph& graph, const End& end, const std::string& program);

/// Its definition.
std::string conversion_text(const ir::Graph& graph, const End& end, const std::string& program);

}  // namespace thimble::emit
