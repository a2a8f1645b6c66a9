// plan/plan.h
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "target/board.h"
#include "target/kernel_choice.h"

namespace thimble::plan {

/// Bytes of the arena that are allocated together. Two buffers that are live in one stage share bytes only in a stage
/// that computes a tensor of the one, which begins there, from a tensor of the other, which ends there, over its bytes
/// as they become free. Other tensors that share bytes (views, element-wise operators in place) are placements in one
/// buffer.
struct Buffer {
  std::string name;  ///< The tensor's name, or "scratch of <op>".
  std::int64_t bytes = 0;
  std::int64_t offset = 0;  ///< In the arena.
  int first_stage = 0;      ///< Live during the stages [first_stage, last_stage], both included.
  int last_stage = 0;
};

/// How an activation tensor, seen as rows, lies in a buffer. Row r is at byte
///     buffer.offset + offset + ((r * ring_step + ring_shift) % ring_rows) * row_bytes.
/// A tensor [1,H,W,C] has H rows of W*C elements; any other shape is one row.
struct Placement {
  ir::TensorId tensor = ir::no_tensor;
  int buffer = 0;
  std::int64_t offset = 0;  ///< Bytes from the buffer's start; not 0 for views into a larger tensor.
  std::int64_t row_bytes = 0;
  int rows = 1;       ///< Rows of the tensor.
  int ring_rows = 1;  ///< Rows held at a time: `rows`, or fewer for a line buffer.
  /// 1 and 0 unless it lies in the line buffer of another tensor: a depthwise convolution that works in place writes
  /// its row r over row r * stride - padding of its input, the oldest there. In [0, ring_rows).
  int ring_step = 1;
  int ring_shift = 0;
};

/// Iteration i of a step's stage computes output rows [first + i * advance, first + i * advance + count), in order.
struct RowRange {
  int first = 0;
  int advance = 0;
  int count = 0;
};

/// Computes some output rows of one op, or takes some rows of a graph input from the caller. Inputs and output are
/// found through the plan's placements.
///
/// A kernel that accumulates (KernelChoice::accumulates) is the exception to "output rows": its rows are those of its
/// input, each taken exactly once and in order, and its output is there after the last one.
struct Step {
  int op = 0;  ///< Index in graph.ops; -1 where `input` is given.
  RowRange rows;
  target::KernelChoice kernel;
  int scratch_buffer = -1;          ///< Index of a buffer that has the scratch of `kernel.scratch_bytes`, or -1.
  std::int64_t scratch_offset = 0;  ///< Where it begins in the buffer.
  /// Not an op: these rows of this graph input, from the caller, each row exactly once and in order. An input with such
  /// steps is not there before the first stage, and may lie in a ring.
  ir::TensorId input = ir::no_tensor;
};

/// A loop: for i in [0, iterations) run the steps in order. Layer-wise execution of an op is one iteration of one step
/// over all its rows; a streamed chain of layers is a few rows of each, many times.
struct Stage {
  int iterations = 1;
  std::vector<Step> steps;
};

/// A byte of an arena that may lie in several memories.
struct ArenaByte {
  int region = 0;
  std::int64_t offset = 0;
};

/// How a network executes in one arena. A value: everything the emitter prints and the verifier proves. Graph inputs
/// are written before the first stage, but for those that steps take row by row; graph outputs are read after the last.
struct Plan {
  std::vector<Buffer> buffers;
  std::vector<Placement> placements;  ///< One for each activation tensor that exists during execution.
  std::vector<Stage> stages;
  std::int64_t arena_bytes = 0;  ///< Highest offset + bytes, rounded up to `arena_alignment`.
  /// The memories that the arena lies in, with the bytes that it takes in each: offsets count through one after the
  /// other, and no buffer lies in two. Empty: one range, in one memory.
  std::vector<target::MemoryRegion> regions;

  const Placement* find(ir::TensorId tensor) const;
  /// Where a byte of the arena is: in which of `regions` (0 if there are none), and how far from where it begins.
  ArenaByte byte_at(std::int64_t offset) const;
  /// Where in the arena a step that has scratch has it.
  std::int64_t scratch_of(const Step& step) const;

  /// Whether steps take the rows of this graph input from the caller. Else it is there before the first stage.
  bool takes_rows_of(ir::TensorId input) const;
  /// Whether they take those of some graph input.
  bool takes_rows() const;
};

inline constexpr std::int64_t arena_alignment = 4;

/// Bytes, rounded up to `arena_alignment`.
inline std::int64_t arena_aligned(std::int64_t bytes) {
  return (bytes + arena_alignment - 1) / arena_alignment * arena_alignment;
}

/// Whether some line buffer begins elsewhere than with row 0.
bool has_shifted_rows(const Plan& plan);

/// Rows of an activation tensor, and bytes of each: H and W*C of [1,H,W,C], else 1 and everything.
int rows_of(const ir::Tensor& tensor);
std::int64_t row_bytes_of(const ir::Tensor& tensor);

}  // namespace thimble::plan
