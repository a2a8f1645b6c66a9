// emit/parameters.h
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "emit/c_text.h"
#include "ir/graph.h"
#include "target/kernel_choice.h"

namespace thimble::emit {

/// One call of a driver.
struct DriverCall {
  Parameters parameters;
  /// Structures that `parameters` points to, by the names that they have in the layer's function.
  std::vector<std::pair<std::string, Parameters>> parts = {};
  std::vector<int> inputs = {};    ///< The planes it takes, as indices in op.inputs.
  std::int64_t output_offset = 0;  ///< Bytes from the output's start; not 0 for the later inputs of a concatenation.
};

/// What the generated program holds for one operator.
struct OpCode {
  std::vector<DriverCall> calls;         ///< One; several for a concatenation.
  std::vector<ConstantArray> constants;  ///< Their names begin with the prefix given.
  bool by_rows = false;                  ///< Can compute, or sum up, a part of the rows; else all at once.
};

/// Fills the structures of kernels/generic/types.h for an operator that `kernel` runs. The factors are the reference
/// interpreter's own (reference/parameters.h). @throws Error naming the layer if generated code cannot express it.
OpCode code_of(const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel, const std::string& prefix);

// ---- one function a family of operators, for `code_of` ----

/// Conv2D, DepthwiseConv2D and FullyConnected.
OpCode convolution_code(const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel,
                        const std::string& prefix);
OpCode pool_code(const ir::Graph& graph, const ir::Op& op, const ir::Pool2D& pool);
OpCode pad_code(const ir::Graph& graph, const ir::Op& op, const ir::Pad& pad);
OpCode resize_code(const ir::Graph& graph, const ir::Op& op, const ir::ResizeNearest& resize,
                   const std::string& prefix);
OpCode sum_code(const ir::Graph& graph, const ir::Op& op, ir::Activation activation);
OpCode product_code(const ir::Graph& graph, const ir::Op& op, ir::Activation activation);
OpCode table_code(const ir::Graph& graph, const ir::Op& op, const std::string& prefix);
OpCode softmax_code(const ir::Graph& graph, const ir::Op& op, const ir::Softmax& softmax);
OpCode mean_code(const ir::Graph& graph, const ir::Op& op, const ir::Mean& mean, const target::KernelChoice& kernel);
OpCode transpose_code(const ir::Graph& graph, const ir::Op& op, const ir::Transpose& transpose);
OpCode concat_code(const ir::Graph& graph, const ir::Op& op, const ir::Concat& concat);
OpCode slice_code(const ir::Graph& graph, const ir::Op& op);
OpCode reshape_code(const ir::Graph& graph, const ir::Op& op);
OpCode block_code(const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel,
                  const std::string& prefix);

/// A shape with ones before it, to four dimensions. @throws Error naming the layer if it has more.
ir::Shape four_dimensions(const ir::Shape& shape, const std::string& layer);

}  // namespace thimble::emit
