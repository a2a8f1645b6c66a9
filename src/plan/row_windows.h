// plan/row_windows.h
#pragma once

#include <cstddef>

#include "ir/graph.h"

namespace thimble::plan {

/// Rows [first, end) of a tensor.
struct Rows {
  int first = 0;
  int end = 0;

  int count() const { return end - first; }
  bool operator==(const Rows&) const = default;
};

/// Whether an operator can compute any rows of its output from a few rows of its inputs: convolutions, poolings,
/// padding, resizing, slicing, element-wise operators on images and means that keep their rows.
bool works_by_rows(const ir::Graph& graph, const ir::Op& op);

/// The rows of activation `op.inputs[input]` that computing rows `out` reads, all between the first and the last one
/// included; clipped to the image. What has no rows to match, such as a broadcast operand, is read as a whole.
/// `works_by_rows` must hold. The first and the end rise with those of `out`.
Rows rows_read(const ir::Graph& graph, const ir::Op& op, std::size_t input, Rows out);

}  // namespace thimble::plan
