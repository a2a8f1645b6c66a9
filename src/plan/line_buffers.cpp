#include "plan/line_buffers.h"

#include <algorithm>
#include <bitset>
#include <functional>
#include <iterator>
#include <limits>
#include <utility>
#include <variant>

#include "base/index.h"
#include "plan/stream_progress.h"
#include "target/convolution.h"

namespace thimble::plan {
namespace {

/// An operator that may have its output in the ring of its input: row r over row r * step - above, the oldest that it
/// reads.
struct InPlace {
  int op = 0;
  ir::TensorId input = ir::no_tensor;
  ir::TensorId output = ir::no_tensor;
  int step = 1;
  int above = 0;
  int window = 1;  ///< Rows that it reads.
  bool is_depthwise = false;

  /// The row of the input over which a row of the output lies; it may be above the first.
  int row_under(int row) const { return row * step - above; }

  bool operator==(const InPlace&) const = default;
};

std::ptrdiff_t readers_of(const ir::Graph& graph, const RowStream& stream, ir::TensorId tensor) {
  return std::ranges::count_if(stream.ops, [&](int op) {
    const std::vector<ir::TensorId>& inputs = graph.ops[static_cast<std::size_t>(op)].inputs;
    return std::ranges::find(inputs, tensor) != inputs.end();
  });
}

/// What an operator may do. Over the input that others read too first: it is held for longest.
std::vector<InPlace> in_place_of(const ir::Graph& graph, const RowStream& stream, int index, InPlaceKinds kinds) {
  const ir::Op& op = graph.ops[static_cast<std::size_t>(index)];
  const ir::TensorId output = op.outputs.at(0);
  if (std::holds_alternative<ir::DepthwiseConv2D>(op.kind)) {
    const bool fits = row_bytes_of(graph.tensor(op.inputs[0])) >= row_bytes_of(graph.tensor(output));
    const auto c = target::convolution_of(graph, op);
    if (!kinds.depthwise || !fits || !c) return {};
    return {{index, op.inputs[0], output, c->stride_h, c->padding.top, c->kernel_h, true}};
  }
  std::vector<InPlace> found;
  if (!kinds.others) return found;
  for (const ir::TensorId input : op.inputs) {
    if (input == ir::no_tensor || graph.tensor(input).is_constant()) continue;
    if (graph.tensor(input).shape == graph.tensor(output).shape &&
        graph.tensor(input).bytes() == graph.tensor(output).bytes())
      found.push_back({index, input, output});
  }
  std::ranges::stable_sort(found, std::ranges::greater(),
                           [&](const InPlace& pair) { return readers_of(graph, stream, pair.input); });
  return found;
}

/// Rings and scratch of a stream, and which of them are needed at one time.
class Working {
 public:
  Working(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work,
          std::span<const target::KernelChoice> kernels, std::span<const InPlace> in_place)
      : graph_(graph),
        rows_at_a_time_(stream.rows_at_a_time),
        progress_(graph, stream, work),
        lines_(graph.tensors.size()),
        scratch_(graph.ops.size(), none),
        last_live_(graph.tensors.size()) {
    for (const ir::TensorId id : stream.from_caller) add_ring(stream, id);
    for (const int op : stream.ops) add_ring(stream, graph.ops[static_cast<std::size_t>(op)].outputs[0]);
    for (const int op : stream.ops) add_scratch(op, kernels[static_cast<std::size_t>(op)]);
    for (const InPlace& pair : in_place) share_ring(pair);
    meets_.resize(items_.size());
    for (const RowWork& piece : work) run(piece);
  }

  /// Those that share a ring and cannot.
  std::vector<InPlace> misfits() const {
    std::vector<InPlace> pairs;
    for (const InPlace& pair : in_place_) {
      const Item& ring = items_[static_cast<std::size_t>(lines_[to_index(pair.output)].item)];
      const bool is_last = ring.members.back() == pair.output;
      const bool collides = std::ranges::find(colliding_, pair.op) != colliding_.end();
      if (collides || (is_last && !is_partial(ring))) pairs.push_back(pair);
    }
    return pairs;
  }

  WorkingMemory placed() {
    WorkingMemory memory;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < items_.size(); ++i) order.push_back(i);
    for (Item& item : items_)
      if (!item.members.empty()) item.bytes = arena_aligned(item.rows * row_bytes(item));
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return items_[a].bytes > items_[b].bytes; });
    for (std::size_t i = 0; i < order.size(); ++i) {
      Item& item = items_[order[i]];
      item.offset = lowest_free(order[i], std::span(order).first(i));
      memory.bytes = std::max(memory.bytes, item.offset + item.bytes);
    }
    for (const Item& item : items_) {
      for (const ir::TensorId tensor : item.members)
        if (item.rows > 0) memory.rings.push_back(ring_of(item, tensor));
      if (item.op != none) memory.scratch.push_back({item.op, item.offset});
    }
    return memory;
  }

 private:
  static constexpr int none = -1;
  static constexpr std::size_t most_items = 2 * longest_stream + 8;
  using Items = std::bitset<most_items>;

  /// A ring, of one tensor or of several, or the scratch of an operator.
  struct Item {
    std::vector<ir::TensorId> members;  ///< Each but the first in place of the one before.
    int op = none;
    int rows = 0;
    std::int64_t bytes = 0;
    std::int64_t offset = 0;
    int windows = 1;  ///< Rows that the members' windows keep, at least.
  };

  /// Where a tensor's rows lie in a ring: row r in place r * step - above, counted without the wrap.
  struct Line {
    int item = none;
    int step = 1;
    int above = 0;
    int pair = none;           ///< Index of what computes it in place.
    bool is_replaced = false;  ///< Another is computed in its place.

    int place(int row) const { return row * step - above; }
  };

  std::int64_t row_bytes(const Item& ring) const { return row_bytes_of(graph_.tensor(ring.members.front())); }

  void add_ring(const RowStream& stream, ir::TensorId tensor) {
    if (std::ranges::find(stream.results, tensor) != stream.results.end()) return;
    lines_[to_index(tensor)].item = static_cast<int>(items_.size());
    items_.push_back({{tensor}});
  }

  void add_scratch(int op, const target::KernelChoice& kernel) {
    if (kernel.scratch_bytes <= 0) return;
    scratch_[static_cast<std::size_t>(op)] = static_cast<int>(items_.size());
    const bool stays = kernel.accumulates || kernel.kept_bytes > 0;  // From the first row to the last.
    held_[items_.size()] = stays;
    items_.push_back({{}, op, 0, arena_aligned(kernel.scratch_bytes)});
  }

  /// Whether the output's rows are as long as the ring's, or are computed one by one and read by convolutions, which
  /// can read rows that lie apart.
  bool can_lie_apart(const Item& ring, ir::TensorId output) const {
    if (row_bytes(ring) == row_bytes_of(graph_.tensor(output))) return true;
    if (rows_at_a_time_ > 1) return false;
    return std::ranges::all_of(progress_.readers_of(output), [&](const Reader& reader) {
      const ir::Operator& kind = graph_.ops[static_cast<std::size_t>(reader.op)].kind;
      return std::holds_alternative<ir::Conv2D>(kind) || std::holds_alternative<ir::DepthwiseConv2D>(kind);
    });
  }

  /// Gives the output the ring of the input, if both have one, nothing else is in the place of the input, and the ring
  /// stays one.
  void share_ring(const InPlace& pair) {
    Line& input = lines_[to_index(pair.input)];
    Line& output = lines_[to_index(pair.output)];
    if (input.item == none || output.item == none || input.is_replaced || output.pair != none) return;
    if (pair.is_depthwise && progress_.readers_of(pair.input).size() != 1) return;
    Item& ring = items_[static_cast<std::size_t>(input.item)];
    const int windows = ring.windows + pair.window - 1;
    if (windows >= rows_of(graph_.tensor(pair.output)) || !can_lie_apart(ring, pair.output)) return;
    items_[static_cast<std::size_t>(output.item)].members.clear();
    ring.members.push_back(pair.output);
    ring.windows = windows;
    input.is_replaced = true;
    output = {input.item, pair.step * input.step, pair.above * input.step + input.above,
              static_cast<int>(in_place_.size())};
    in_place_.push_back(pair);
  }

  /// Whether a ring holds less than all rows of any tensor in it.
  bool is_partial(const Item& ring) const {
    return ring.rows > 0 && std::ranges::all_of(ring.members, [&](ir::TensorId tensor) {
             return ring.rows < rows_of(graph_.tensor(tensor));
           });
  }

  Ring ring_of(const Item& item, ir::TensorId tensor) const {
    const Line& line = lines_[to_index(tensor)];
    const int shift = (item.rows - line.above % item.rows) % item.rows;
    return {tensor, item.rows, item.offset, row_bytes(item), line.step, shift};
  }

  /// What a ring must hold when `piece` is written to it: the places from that of its oldest row to its newest.
  void grow_ring(const RowWork& piece) {
    const Line& written = lines_[to_index(piece.tensor)];
    if (written.item == none) return;
    Item& ring = items_[static_cast<std::size_t>(written.item)];
    int first = std::numeric_limits<int>::max();
    int last = std::numeric_limits<int>::min();
    const auto hold = [&](const Line& line, int begin, int end) {
      if (begin == end) return;
      first = std::min(first, line.place(begin));
      last = std::max(last, line.place(end - 1));
    };
    hold(written, piece.rows.first, piece.rows.end);
    for (const ir::TensorId tensor : ring.members) {
      const int end = progress_.end_of(tensor);
      hold(lines_[to_index(tensor)], end - progress_.rows_held(tensor), end);
    }
    ring.rows = std::max(ring.rows, last - first + 1);
    if (written.pair != none && collides(in_place_[static_cast<std::size_t>(written.pair)], written, piece))
      colliding_.push_back(piece.op);
  }

  /// Whether rows under what is written are still to be read by others, or were by this operator for later rows; rows
  /// with a stride leave gaps, and must be read one by one.
  bool collides(const InPlace& pair, const Line& output, const RowWork& piece) const {
    if (output.step > 1 && (piece.rows.count() > 1 || progress_.rows_held(piece.tensor) > 0)) return true;
    return std::ranges::any_of(progress_.readers_of(pair.input), [&](const Reader& reader) {
      return reader.op != pair.op && progress_.oldest_read(reader) <= pair.row_under(piece.rows.end - 1);
    });
  }

  /// Whether rows of a tensor's ring are held: it changes where the tensor is written, or one that reads it.
  void update_held(ir::TensorId tensor) {
    if (tensor == ir::no_tensor || lines_[to_index(tensor)].item == none) return;
    const auto item = static_cast<std::size_t>(lines_[to_index(tensor)].item);
    held_[item] =
        std::ranges::any_of(items_[item].members, [&](ir::TensorId member) { return progress_.rows_held(member) > 0; });
  }

  void run(const RowWork& piece) {
    grow_ring(piece);
    Items live = held_;
    if (const int ring = lines_[to_index(piece.tensor)].item; ring != none) live.set(static_cast<std::size_t>(ring));
    if (piece.op != RowWork::from_caller && scratch_[static_cast<std::size_t>(piece.op)] != none)
      live.set(static_cast<std::size_t>(scratch_[static_cast<std::size_t>(piece.op)]));
    // Loops need the same again and again.
    if (Items& last = last_live_[to_index(piece.tensor)]; live != last) {
      last = live;
      for (std::size_t i = 0; i < items_.size(); ++i)
        if (live[i]) meets_[i] |= live;
    }
    progress_.finish(piece);
    update_held(piece.tensor);
    if (piece.op == RowWork::from_caller) return;
    for (const ir::TensorId input : graph_.ops[static_cast<std::size_t>(piece.op)].inputs) update_held(input);
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
  int rows_at_a_time_;
  StreamProgress progress_;
  std::vector<Line> lines_;  ///< By tensor.
  std::vector<Item> items_;
  std::vector<InPlace> in_place_;
  std::vector<int> colliding_;    ///< Operators of these that would write over rows that are still to be read.
  Items held_;                    ///< What holds something between two pieces of work.
  std::vector<int> scratch_;      ///< Item of an operator's scratch.
  std::vector<Items> last_live_;  ///< When a tensor was written last.
  std::vector<Items> meets_;
};

}  // namespace

WorkingMemory working_memory(const ir::Graph& graph, const RowStream& stream, std::span<const RowWork> work,
                             std::span<const target::KernelChoice> kernels, InPlaceKinds in_place) {
  std::vector<InPlace> pairs;
  for (const int op : stream.ops)
    if (kernels[static_cast<std::size_t>(op)].in_place)
      std::ranges::copy(in_place_of(graph, stream, op, in_place), std::back_inserter(pairs));
  for (;;) {
    Working working(graph, stream, work, kernels, pairs);
    const std::vector<InPlace> misfits = working.misfits();
    if (misfits.empty()) return working.placed();
    std::erase_if(pairs, [&](const InPlace& pair) { return std::ranges::find(misfits, pair) != misfits.end(); });
  }
}

}  // namespace thimble::plan
