// plan/row_stream.cpp
#include "plan/row_stream.h"

#include <algorithm>
#include <bitset>
#include <limits>

namespace thimble::plan {
namespace {

constexpr int no_row = std::numeric_limits<int>::max();

/// One reading of a tensor by an operator of a stream.
struct Reader {
  int op = 0;
  std::size_t input = 0;
};

/// How far the operators of a stream have come, and which rows they are still to read.
class Progress {
 public:
  Progress(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work)
      : graph_(graph),
        stream_(stream),
        readers_(graph.tensors.size()),
        rows_(graph.tensors.size(), 0),
        oldest_(graph.tensors.size(), no_row),
        done_(graph.ops.size(), 0),
        end_(graph.ops.size(), 0) {
    for (const int index : stream.ops) {
      const ir::Op& op = op_at(index);
      for (std::size_t i = 0; i < op.inputs.size(); ++i)
        if (op.inputs[i] != ir::no_tensor && !graph.tensor(op.inputs[i]).is_constant())
          readers_[static_cast<std::size_t>(op.inputs[i])].push_back({index, i});
    }
    for (const RowWork& piece : work)
      if (piece.op != RowWork::from_caller) end_[static_cast<std::size_t>(piece.op)] = piece.rows.end;
    for (const int index : stream.ops) find_oldest(op_at(index));
  }

  std::span<const Reader> readers_of(ir::TensorId tensor) const { return readers_[static_cast<std::size_t>(tensor)]; }

  /// Rows of a tensor that are there and will be read yet.
  int rows_held(ir::TensorId tensor) const {
    const auto index = static_cast<std::size_t>(tensor);
    return rows_[index] - std::min(oldest_[index], rows_[index]);
  }

  void finish(const RowWork& work) {
    rows_[static_cast<std::size_t>(work.tensor)] = work.rows.end;
    if (work.op == RowWork::from_caller) return;
    done_[static_cast<std::size_t>(work.op)] = work.rows.end;
    find_oldest(op_at(work.op));
  }

  /// The first row that `reader` reads for its output rows from `row` on, or no_row if it computes none of them.
  int oldest_read(const Reader& reader, int row) const {
    if (row >= end_[static_cast<std::size_t>(reader.op)]) return no_row;
    return rows_read(graph_, stream_, reader.op, reader.input, {row, row + 1}).first;
  }
  int oldest_read(const Reader& reader) const {
    return oldest_read(reader, done_[static_cast<std::size_t>(reader.op)]);
  }

 private:
  /// For each input of an operator the first row that is still to be read.
  void find_oldest(const ir::Op& op) {
    for (const ir::TensorId id : op.inputs) {
      if (id == ir::no_tensor) continue;
      int& oldest = oldest_[static_cast<std::size_t>(id)];
      oldest = no_row;
      for (const Reader& reader : readers_of(id)) oldest = std::min(oldest, oldest_read(reader));
    }
  }

  const ir::Op& op_at(int index) const { return graph_.ops[static_cast<std::size_t>(index)]; }

  const ir::Graph& graph_;
  const RowStream& stream_;
  std::vector<std::vector<Reader>> readers_;  ///< By tensor.
  std::vector<int> rows_;                     ///< That are there, by tensor.
  std::vector<int> oldest_;                   ///< Row that is still to be read, by tensor.
  std::vector<int> done_, end_;               ///< Output rows, by op.
};

/// Whether each row of an operator is written after all rows that it reads, and before any that only later rows read.
bool goes_row_by_row(const target::KernelChoice& kernel) { return kernel.driver != "thimble_dwconv_rows"; }

class OverlapSearch {
 public:
  OverlapSearch(const ir::Graph& graph, std::span<const target::KernelChoice> kernels, const Progress& progress,
                ir::TensorId input, ir::TensorId result)
      : kernels_(kernels), progress_(progress), readers_(progress.readers_of(input)) {
    in_row_ = row_bytes_of(graph.tensor(input));
    out_row_ = row_bytes_of(graph.tensor(result));
    same_shape_ = graph.tensor(input).shape == graph.tensor(result).shape;
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

  Overlap found() const { return {(gap_ + arena_alignment - 1) / arena_alignment * arena_alignment, same_place_}; }

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
  const Progress& progress_;
  std::span<const Reader> readers_;
  std::int64_t in_row_ = 0;
  std::int64_t out_row_ = 0;
  bool same_shape_ = false;
  std::int64_t gap_ = 0;
  bool same_place_ = true;
};

/// Rings and scratch of a stream, and which of them are needed at one time.
class Working {
 public:
  Working(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work,
          std::span<const target::KernelChoice> kernels)
      : graph_(graph),
        summing_op_(stream.summing_op),
        progress_(graph, stream, work),
        ring_of_(graph.tensors.size(), none) {
    for (const ir::TensorId id : stream.from_caller) add_ring(stream, id);
    for (const int op : stream.ops) add_ring(stream, graph.ops[static_cast<std::size_t>(op)].outputs[0]);
    for (const int op : stream.ops) add_scratch(op, kernels[static_cast<std::size_t>(op)].scratch_bytes);
    meets_.resize(items_.size());
    for (const RowWork& piece : work) run(piece);
  }

  WorkingMemory placed() {
    WorkingMemory memory;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < items_.size(); ++i) order.push_back(i);
    for (Item& item : items_)
      if (item.tensor != ir::no_tensor) item.bytes = aligned(item.rows * row_bytes_of(graph_.tensor(item.tensor)));
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return items_[a].bytes > items_[b].bytes; });
    for (std::size_t i = 0; i < order.size(); ++i) {
      Item& item = items_[order[i]];
      item.offset = lowest_free(order[i], std::span(order).first(i));
      memory.bytes = std::max(memory.bytes, item.offset + item.bytes);
    }
    for (const Item& item : items_) {
      if (item.tensor != ir::no_tensor && item.rows > 0) memory.rings.push_back({item.tensor, item.rows, item.offset});
      if (item.op != none) memory.scratch.push_back({item.op, item.offset});
    }
    return memory;
  }

 private:
  static constexpr int none = -1;
  static constexpr std::size_t most_items = 2 * longest_stream + 8;

  /// A ring or the scratch of an operator.
  struct Item {
    ir::TensorId tensor = ir::no_tensor;
    int op = none;
    int rows = 0;
    std::int64_t bytes = 0;
    std::int64_t offset = 0;
  };

  static std::int64_t aligned(std::int64_t bytes) {
    return (bytes + arena_alignment - 1) / arena_alignment * arena_alignment;
  }

  void add_ring(const RowStream& stream, ir::TensorId tensor) {
    if (std::ranges::find(stream.results, tensor) != stream.results.end()) return;
    ring_of_[static_cast<std::size_t>(tensor)] = static_cast<int>(items_.size());
    items_.push_back({tensor});
  }

  void add_scratch(int op, std::int64_t bytes) {
    if (bytes <= 0) return;
    items_.push_back({ir::no_tensor, op, 0, aligned(bytes)});
  }

  void run(const RowWork& piece) {
    const int written = ring_of_[static_cast<std::size_t>(piece.tensor)];
    if (written != none) {
      Item& ring = items_[static_cast<std::size_t>(written)];
      ring.rows = std::max(ring.rows, progress_.rows_held(ring.tensor) + piece.rows.count());
    }
    std::bitset<most_items> live;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const Item& item = items_[i];
      const bool is_used =
          item.tensor == ir::no_tensor ? item.op == piece.op || item.op == summing_op_ : item.tensor == piece.tensor;
      live[i] = is_used || (item.tensor != ir::no_tensor && progress_.rows_held(item.tensor) > 0);
    }
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (live[i]) meets_[i] |= live;
    progress_.finish(piece);
  }

  std::int64_t lowest_free(std::size_t item, std::span<const std::size_t> placed) const {
    std::vector<std::pair<std::int64_t, std::int64_t>> taken;
    for (const std::size_t other : placed)
      if (meets_[item][other]) taken.emplace_back(items_[other].offset, items_[other].offset + items_[other].bytes);
    std::ranges::sort(taken);
    std::int64_t offset = 0;
    for (const auto& [begin, end] : taken) {
      if (offset + items_[item].bytes <= begin) break;
      offset = std::max(offset, end);
    }
    return offset;
  }

  const ir::Graph& graph_;
  int summing_op_;  ///< Its sums stay from the first row to the last.
  Progress progress_;
  std::vector<int> ring_of_;  ///< Index of an item or none, by tensor.
  std::vector<Item> items_;
  std::vector<std::bitset<most_items>> meets_;
};

}  // namespace

WorkingMemory working_memory(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work,
                             std::span<const target::KernelChoice> kernels) {
  return Working(graph, stream, work, kernels).placed();
}

std::optional<Overlap> overlap_between(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work,
                                       std::span<const target::KernelChoice> kernels, ir::TensorId input,
                                       ir::TensorId result) {
  Progress progress(graph, stream, work);
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
