// plan/row_stream.h
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ir/graph.h"
#include "plan/row_schedule.h"
#include "target/kernel_choice.h"

namespace thimble::plan {

/// A line buffer: so many rows of a tensor are held at a time, from a byte of the stream's working memory on. A
/// depthwise convolution may have its output in the line buffer of its input, where each of its rows takes the place of
/// the oldest row that it reads.
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

/// `kernels` has one for each of graph.ops; `in_place`: depthwise convolutions may work in place.
WorkingMemory working_memory(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work,
                             std::span<const target::KernelChoice> kernels, bool in_place);

/// How far a result of a stream may reach into the place of a tensor that the stream is the last to read: as rows of
/// the one are consumed, rows of the other take their place (segment overlap: vMCU, MLSys'24).
struct Overlap {
  std::int64_t gap = 0;     ///< The input begins at least so many bytes after the result begins; at least 0.
  bool same_place = false;  ///< The two may begin at the same byte, row over row, whatever `gap` says.
};

/// The least gap at which no row of `result` is written over a row of `input` that is still to be read. Nothing if the
/// rows do not free each other, such as where all of the input is read first.
std::optional<Overlap> overlap_between(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work,
                                       std::span<const target::KernelChoice> kernels, ir::TensorId input,
                                       ir::TensorId result);

}  // namespace thimble::plan
