// plan/segment_layout.h
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/graph.h"
#include "plan/line_buffers.h"
#include "plan/liveness.h"
#include "plan/plan.h"
#include "plan/segment.h"
#include "plan/stream_overlap.h"
#include "target/kernel_choice.h"

namespace thimble::plan {

/// A network that is divided into segments, as much of it as does not depend on how.
struct Divided {
  const ir::Graph& graph;
  std::span<const target::KernelChoice> kernels;      ///< For each of graph.ops, over all its rows.
  std::span<const target::KernelChoice> row_kernels;  ///< And for a few rows at a time.
  std::span<const int> ops;                           ///< Those that run, in order.
  std::span<const ir::TensorId> holders;              ///< Whose bytes each tensor's are.
  std::span<const ir::TensorId> by_rows;              ///< Inputs that come from the caller when they are needed.
  std::span<const Lifetime> lifetimes;                ///< Of holders, by positions in `ops`.
  const PlanOptions& options;
};

/// A result of a segment that reaches into a tensor that the segment reads.
struct Meeting {
  ir::TensorId input = ir::no_tensor;  ///< Its holder.
  ir::TensorId result = ir::no_tensor;
  Overlap overlap;
};

/// How a segment executes, and what it needs beside the tensors that are there as a whole.
struct SegmentLayout {
  std::vector<RowWork> work;
  WorkingMemory memory;
  std::vector<Meeting> meetings;  ///< At most one for each result, and for each input.
};

/// The kernels that a segment runs, one for each of graph.ops.
inline std::span<const target::KernelChoice> kernels_for(const Divided& network, const Segment& segment) {
  return segment.is_streamed() ? network.row_kernels : network.kernels;
}

SegmentLayout layout_of(const Divided& network, const Segment& segment);

/// Whether operators [first, end) of `network.ops` can be streamed: all work by rows, or the last one sums up rows, and
/// on tensors of their own.
bool can_stream(const Divided& network, int first, int end);

/// Bytes that are needed while a segment runs: whole tensors, of which those that meet share what they can, and the
/// working memory. No plan needs less; the exact offsets of one rarely need more.
std::int64_t bytes_needed(const Divided& network, const Segment& segment, const SegmentLayout& layout);

}  // namespace thimble::plan
