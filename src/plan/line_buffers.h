// plan/line_buffers.h
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/graph.h"
#include "plan/row_schedule.h"
#include "target/kernel_choice.h"

namespace thimble::plan {

/// A line buffer: so many rows of a tensor are held at a time, from a byte of the stream's working memory on. Tensors
/// that are computed in place of each other, row by row, have one line buffer together: of a depthwise convolution each
/// row takes the place of the oldest that it reads; of a pointwise convolution or an element-wise operator, that of the
/// row that it is computed from. So a chain of such operators needs, for each window of k rows, k - 1 rows, and one
/// more for all.
struct Ring {
  ir::TensorId tensor = ir::no_tensor;
  int rows = 1;
  std::int64_t offset = 0;
  std::int64_t row_bytes = 0;
  int step = 1;  ///< Placement::ring_step, ring_shift.
  int shift = 0;
};

/// Where a step of an operator has its scratch in the stream's working memory.
struct ScratchPlace {
  int op = 0;
  std::int64_t offset = 0;
};

/// What a stream needs beside the tensors that are there as a whole: rings for those that it computes or takes from its
/// caller and that are none of its results, and scratch. A row is kept from when it is there to when the last operator
/// reads it, residual connections included; what is never needed at one time shares its bytes.
struct WorkingMemory {
  std::vector<Ring> rings;
  std::vector<ScratchPlace> scratch;
  std::int64_t bytes = 0;
};

/// Which operators of a stream may write over their input's rows.
struct InPlaceKinds {
  bool depthwise = true;
  bool others = true;  ///< Pointwise convolutions and element-wise operators.
};

/// `kernels` has one for each of graph.ops.
WorkingMemory working_memory(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work,
                             std::span<const target::KernelChoice> kernels, InPlaceKinds in_place);

}  // namespace thimble::plan
