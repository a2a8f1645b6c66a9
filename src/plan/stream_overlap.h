// plan/stream_overlap.h
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "ir/graph.h"
#include "plan/row_schedule.h"
#include "target/kernel_choice.h"

namespace thimble::plan {

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
