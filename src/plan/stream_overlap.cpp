#include "plan/stream_overlap.h"

#include <algorithm>

#include "plan/stream_progress.h"

namespace thimble::plan {
namespace {

/// Whether each row of an operator is written after all rows that it reads, and before any that only later rows read.
bool goes_row_by_row(const target::KernelChoice& kernel) { return kernel.driver != "thimble_dwconv_rows"; }

class OverlapSearch {
 public:
  OverlapSearch(const ir::Graph& graph, std::span<const target::KernelChoice> kernels, const StreamProgress& progress,
                ir::TensorId input, ir::TensorId result)
      : kernels_(kernels), progress_(progress), readers_(progress.readers_of(input)) {
    in_row_ = row_bytes_of(graph.tensor(input));
    out_row_ = row_bytes_of(graph.tensor(result));
    same_shape_ = graph.tensor(input).shape == graph.tensor(result).shape &&
                  graph.tensor(input).type == graph.tensor(result).type;
  }

  /// Takes into account that `work` computes rows of the result.
  void write(const RowWork& work) {
    const target::KernelChoice& kernel = kernels_[static_cast<std::size_t>(work.op)];
    if (goes_row_by_row(kernel)) {
      for (int row = work.rows.first; row < work.rows.end; ++row) write_rows(work, row, row + 1);
    } else {
      write_rows(work, work.rows.first, work.rows.end);
    }
  }

  Overlap found() const { return {arena_aligned(gap_), same_place_}; }

 private:
  /// Rows up to `end` are written; the operator itself reads the input for rows from `row` on until then.
  void write_rows(const RowWork& work, int row, int end) {
    int oldest = no_row;
    int oldest_of_others = no_row;
    for (const Reader& reader : readers_) {
      const bool is_writer = reader.op == work.op;
      const int first = is_writer ? progress_.oldest_read(reader, row) : progress_.oldest_read(reader);
      oldest = std::min(oldest, first);
      const bool in_place = is_writer && same_shape_ && first == row && may_write_over(work.op);
      if (!in_place) oldest_of_others = std::min(oldest_of_others, first);
    }
    if (oldest != no_row) gap_ = std::max(gap_, end * out_row_ - oldest * in_row_);
    if (oldest_of_others != no_row && end * out_row_ > oldest_of_others * in_row_) same_place_ = false;
  }

  bool may_write_over(int op) const {
    const target::KernelChoice& kernel = kernels_[static_cast<std::size_t>(op)];
    return kernel.in_place && goes_row_by_row(kernel);
  }

  std::span<const target::KernelChoice> kernels_;
  const StreamProgress& progress_;
  std::span<const Reader> readers_;
  std::int64_t in_row_ = 0;
  std::int64_t out_row_ = 0;
  bool same_shape_ = false;
  std::int64_t gap_ = 0;
  bool same_place_ = true;
};

}  // namespace

std::optional<Overlap> overlap_between(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work,
                                       std::span<const target::KernelChoice> kernels, ir::TensorId input,
                                       ir::TensorId result) {
  StreamProgress progress(graph, stream, work);
  OverlapSearch search(graph, kernels, progress, input, result);
  for (const RowWork& piece : work) {
    if (piece.tensor == result) {
      if (piece.op == RowWork::from_caller) return std::nullopt;
      search.write(piece);
    }
    progress.finish(piece);
  }
  const Overlap found = search.found();
  const bool saves = found.same_place || found.gap < graph.tensor(result).bytes();
  return saves ? std::optional(found) : std::nullopt;
}

}  // namespace thimble::plan
