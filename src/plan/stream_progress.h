// plan/stream_progress.h
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "ir/graph.h"
#include "plan/row_schedule.h"

namespace thimble::plan {

inline constexpr int no_row = std::numeric_limits<int>::max();

/// One reading of a tensor by an operator of a stream.
struct Reader {
  int op = 0;
  std::size_t input = 0;
};

/// How far the operators of a stream have come, and which rows they are still to read.
class StreamProgress {
 public:
  StreamProgress(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work);

  std::span<const Reader> readers_of(ir::TensorId tensor) const { return readers_[static_cast<std::size_t>(tensor)]; }

  /// The first row of a tensor that is not there yet.
  int end_of(ir::TensorId tensor) const { return rows_[static_cast<std::size_t>(tensor)]; }

  /// Rows of a tensor that are there and will be read yet.
  int rows_held(ir::TensorId tensor) const;

  void finish(const RowWork& work);

  /// The first row that `reader` reads for its output rows from `row` on, or no_row if it computes none of them.
  int oldest_read(const Reader& reader, int row) const;
  /// The same for its rows that are still to be computed.
  int oldest_read(const Reader& reader) const;

 private:
  void find_oldest(const ir::Op& op);
  const ir::Op& op_at(int index) const { return graph_.ops[static_cast<std::size_t>(index)]; }

  const ir::Graph& graph_;
  const RowStream& stream_;
  std::vector<std::vector<Reader>> readers_;  ///< By tensor.
  std::vector<int> rows_;                     ///< That are there, by tensor.
  std::vector<int> oldest_;                   ///< Row that is still to be read, by tensor.
  std::vector<int> done_, end_;               ///< Output rows, by op.
};

}  // namespace thimble::plan
