// plan/row_schedule.h
#pragma once

#include <span>
#include <vector>

#include "ir/graph.h"
#include "plan/plan.h"
#include "plan/row_windows.h"

namespace thimble::plan {

/// Rows of one tensor that are computed by one call of its operator's kernel, or taken from the caller.
struct RowWork {
  int op = from_caller;  ///< Index in graph.ops.
  ir::TensorId tensor = ir::no_tensor;
  Rows rows;

  static constexpr int from_caller = -1;
};

/// A part of a network that is executed as a stream of rows: consecutive operators that all work by rows.
struct RowStream {
  std::span<const int> ops;                   ///< Indices in graph.ops, in topological order; the last sets the pace.
  std::span<const ir::TensorId> from_caller;  ///< Graph inputs whose rows are taken as they are needed.
  std::span<const ir::TensorId> results;      ///< Tensors that must be complete at the end, the last operator's last.
  int rows_at_a_time = 1;                     ///< Of any tensor.
  /// The last operator, if it sums up the rows of its input (KernelChoice::accumulates): its work is in rows of these.
  int summing_op = none;

  static constexpr int none = -1;
};

/// The rows of an input that work of an operator of a stream reads: `rows_read`, but for one that sums up rows.
Rows rows_read(const ir::Graph& graph, const RowStream& stream, int op, std::size_t input, Rows work);

/// Operators that a stream may have.
inline constexpr std::size_t longest_stream = 120;

/// The order of work in which every row is computed once and as late as possible, the last operator's rows in order.
/// Results off its path keep pace with it. Rows of other tensors that nothing reads are not computed; the
/// caller is asked for all that it has.
std::vector<RowWork> schedule_rows(const ir::Graph& graph, const RowStream& stream);

/// Work, in order, as loops: where work repeats itself but for rows that advance by the same number each time, the
/// repetitions become iterations of one stage. The steps have no kernels yet.
std::vector<Stage> loops_of(std::span<const RowWork> work);

}  // namespace thimble::plan
