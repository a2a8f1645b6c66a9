// plan/row_stream.cpp
#include "plan/row_stream.h"

#include <algorithm>
#include <bitset>
#include <limits>
#include <utility>
#include <variant>

#include "target/convolution.h"

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

  /// The first row of a tensor that is not there yet.
  int end_of(ir::TensorId tensor) const { return rows_[static_cast<std::size_t>(tensor)]; }

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

/// A depthwise convolution whose output lies in the ring of its input: row r over row r * step - above, the oldest that
/// it reads.
struct InPlace {
  int op = 0;
  ir::TensorId input = ir::no_tensor;
  ir::TensorId output = ir::no_tensor;
  int step = 1;
  int above = 0;

  /// The row of the input over which a row of the output lies; it may be above the first.
  int row_under(int row) const { return row * step - above; }
};

/// The depthwise convolutions of a stream that may work in place, if the stream computes their rows one at a time, and
/// each is read before there is the next.
std::vector<InPlace> depthwise_in_place(const ir::Graph& graph, const RowStream& stream,
                                        std::span<const target::KernelChoice> kernels) {
  std::vector<InPlace> found;
  for (const int index : stream.ops) {
    const ir::Op& op = graph.ops[static_cast<std::size_t>(index)];
    if (!std::holds_alternative<ir::DepthwiseConv2D>(op.kind)) continue;
    const auto c = target::convolution_of(graph, op);
    const bool fits = row_bytes_of(graph.tensor(op.inputs[0])) >= row_bytes_of(graph.tensor(op.outputs[0]));
    if (kernels[static_cast<std::size_t>(index)].in_place && fits && c)
      found.push_back({index, op.inputs[0], op.outputs[0], c->stride_h, c->padding.top});
  }
  return found;
}

/// Rings and scratch of a stream, and which of them are needed at one time.
class Working {
 public:
  Working(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work,
          std::span<const target::KernelChoice> kernels, std::vector<InPlace> in_place)
      : graph_(graph),
        summing_op_(stream.summing_op),
        progress_(graph, stream, work),
        ring_of_(graph.tensors.size(), none),
        in_place_(std::move(in_place)) {
    for (const ir::TensorId id : stream.from_caller) add_ring(stream, id);
    for (const int op : stream.ops) add_ring(stream, graph.ops[static_cast<std::size_t>(op)].outputs[0]);
    for (const int op : stream.ops) add_scratch(op, kernels[static_cast<std::size_t>(op)].scratch_bytes);
    std::erase_if(in_place_, [&](const InPlace& pair) { return !share_ring(pair); });
    meets_.resize(items_.size());
    for (const RowWork& piece : work) run(piece);
  }

  /// Those that share a ring, and of these the ones that can.
  std::size_t candidates() const { return in_place_.size(); }
  std::vector<InPlace> in_place() const {
    std::vector<InPlace> fitting;
    for (const InPlace& pair : in_place_) {
      const int rows = ring_of(pair.input).rows;
      const bool is_ring =
          rows > 0 && rows < rows_of(graph_.tensor(pair.input)) && rows < rows_of(graph_.tensor(pair.output));
      if (is_ring && std::ranges::find(colliding_, pair.op) == colliding_.end()) fitting.push_back(pair);
    }
    return fitting;
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
      if (item.tensor != ir::no_tensor && item.rows > 0)
        memory.rings.push_back({item.tensor, item.rows, item.offset, row_bytes_of(graph_.tensor(item.tensor)), 1, 0});
      if (item.op != none) memory.scratch.push_back({item.op, item.offset});
    }
    for (const InPlace& pair : in_place_) {
      const Item& ring = ring_of(pair.input);
      const int shift = (ring.rows - pair.above % ring.rows) % ring.rows;
      memory.rings.push_back(
          {pair.output, ring.rows, ring.offset, row_bytes_of(graph_.tensor(pair.input)), pair.step, shift});
    }
    return memory;
  }

 private:
  static constexpr int none = -1;
  static constexpr std::size_t most_items = 2 * longest_stream + 8;

  /// A ring or the scratch of an operator.
  struct Item {
    ir::TensorId tensor = ir::no_tensor;
    ir::TensorId over = ir::no_tensor;  ///< Computed in place, in this ring.
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
    items_.push_back({tensor, ir::no_tensor});
  }

  void add_scratch(int op, std::int64_t bytes) {
    if (bytes <= 0) return;
    items_.push_back({ir::no_tensor, ir::no_tensor, op, 0, aligned(bytes)});
  }

  const Item& ring_of(ir::TensorId tensor) const {
    return items_[static_cast<std::size_t>(ring_of_[static_cast<std::size_t>(tensor)])];
  }

  /// Whether the output's rows are as long as the input's, or are read by convolutions, which can read rows that lie
  /// apart.
  bool can_lie_apart(const InPlace& pair) const {
    if (row_bytes_of(graph_.tensor(pair.input)) == row_bytes_of(graph_.tensor(pair.output))) return true;
    return std::ranges::all_of(progress_.readers_of(pair.output), [&](const Reader& reader) {
      const ir::Operator& kind = graph_.ops[static_cast<std::size_t>(reader.op)].kind;
      return std::holds_alternative<ir::Conv2D>(kind) || std::holds_alternative<ir::DepthwiseConv2D>(kind);
    });
  }

  /// Gives the output the ring of the input, if both have one and nothing else reads the input.
  bool share_ring(const InPlace& pair) {
    const int input = ring_of_[static_cast<std::size_t>(pair.input)];
    int& output = ring_of_[static_cast<std::size_t>(pair.output)];
    if (input == none || output == none || progress_.readers_of(pair.input).size() != 1) return false;
    const bool is_in_place = items_[static_cast<std::size_t>(input)].tensor != pair.input;  // Itself, in another ring.
    if (is_in_place || !can_lie_apart(pair)) return false;
    items_[static_cast<std::size_t>(output)].tensor = ir::no_tensor;
    items_[static_cast<std::size_t>(input)].over = pair.output;
    output = input;
    return true;
  }

  /// What a ring must hold when `piece` is written to it.
  void grow_ring(const RowWork& piece) {
    const int written = ring_of_[static_cast<std::size_t>(piece.tensor)];
    if (written == none) return;
    Item& ring = items_[static_cast<std::size_t>(written)];
    const auto pair = std::ranges::find(in_place_, ring.over, &InPlace::output);
    if (piece.tensor == ring.tensor) {
      ring.rows = std::max(ring.rows, progress_.rows_held(ring.tensor) + piece.rows.count());
      if (pair != in_place_.end() && progress_.rows_held(ring.over) > 0)
        ring.rows = std::max(ring.rows, piece.rows.end - pair->row_under(progress_.end_of(ring.over) - 1));
    } else {
      if (piece.rows.count() > 1 || progress_.rows_held(ring.over) > 0) colliding_.push_back(piece.op);
      ring.rows = std::max(ring.rows, progress_.end_of(ring.tensor) - pair->row_under(piece.rows.first));
    }
  }

  bool is_live(const Item& item, const RowWork& piece) const {
    if (item.op != none) return item.op == piece.op || item.op == summing_op_;
    if (item.tensor == ir::no_tensor) return false;
    const auto holds = [&](ir::TensorId tensor) {
      return tensor != ir::no_tensor && (tensor == piece.tensor || progress_.rows_held(tensor) > 0);
    };
    return holds(item.tensor) || holds(item.over);
  }

  void run(const RowWork& piece) {
    grow_ring(piece);
    std::bitset<most_items> live;
    for (std::size_t i = 0; i < items_.size(); ++i) live[i] = is_live(items_[i], piece);
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
  std::vector<InPlace> in_place_;
  std::vector<int> colliding_;  ///< Operators of these whose output would need more than a row.
  std::vector<std::bitset<most_items>> meets_;
};

}  // namespace

WorkingMemory working_memory(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work,
                             std::span<const target::KernelChoice> kernels, bool in_place) {
  std::vector<InPlace> pairs;
  if (in_place) pairs = depthwise_in_place(graph, stream, kernels);
  for (;;) {
    Working working(graph, stream, work, kernels, pairs);
    std::vector<InPlace> fitting = working.in_place();
    if (fitting.size() == working.candidates()) return working.placed();
    pairs = std::move(fitting);
  }
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
