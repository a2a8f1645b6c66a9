#include "search/stream_memory.h"

#include <algorithm>
#include <bitset>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace thimble::search {

namespace {

constexpr int no_row = std::numeric_limits<int>::max();
constexpr std::int64_t alignment = 4;
constexpr int none = -1;

std::int64_t aligned(std::int64_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

/// How far a result may reach into a dying input: plan/stream_overlap.h.
struct Overlap {
  int input = 0;
  int result = 0;
  std::int64_t gap = 0;
  bool same_place = true;
};

/// Executes a stream row by row, and keeps account of which rows are still to be read. plan/row_schedule.cpp and
/// plan/line_buffers.cpp do the same for any graph; a test compares the two.
class Stream {
 public:
  Stream(const RowNetwork& network, int first, int end, bool input_by_rows, std::span<const int> in_place)
      : network_(network),
        first_(first),
        end_(end),
        sums_(network.op(end - 1).cost->sums_rows),
        tensors_(network.tensors.size()),
        items_(static_cast<std::size_t>(2 * (end - first) + 1)),
        meets_(items_.size()) {
    for (State& state : tensors_) state.oldest = no_row;
    if (input_by_rows && first == 0) tensors_[0].from_caller = true;
    find_readers();
    find_roles();
    find_ends();
    for (const int op : in_place) share_ring(op);
    for (int op = first; op < end; ++op) find_oldest(op);
  }

  /// The depthwise convolutions that share the ring of their input, and of these the ones that can.
  std::size_t sharing() const { return in_place_.size(); }
  std::vector<int> fitting() const {
    std::vector<int> ops;
    for (const InPlace& pair : in_place_) {
      const int rows = items_[ring_of(pair.input)].rows;
      const bool is_ring = rows < network_.tensor(pair.input).rows && rows < network_.tensor(pair.output).rows;
      if (is_ring && !pair.collides) ops.push_back(pair.output - 1);
    }
    return ops;
  }

  StreamNeeds needs() {
    run();
    StreamNeeds needs;
    needs.working_bytes = placed();
    std::int64_t bytes = needs.working_bytes;
    for (int t = 0; t < static_cast<int>(tensors_.size()); ++t) {
      const RowTensor& tensor = network_.tensor(t);
      const bool is_live = tensor.first < end_ && (tensor.last >= first_ || tensor.kept);
      if (is_live && !tensors_[at(t)].is_ring) bytes += tensor.bytes();
      if (tensors_[at(t)].is_ring) needs.rings.push_back(t);
    }
    needs.meetings = meetings();
    for (const Meeting& meeting : needs.meetings) bytes -= shared_by(meeting);
    needs.bytes = bytes;
    return needs;
  }

 private:
  static constexpr std::size_t most_items = 256;
  using Items = std::bitset<most_items>;

  /// A tensor during the stream.
  struct State {
    bool from_caller = false;
    bool inside = false;  ///< Computed here or taken from the caller.
    bool is_ring = false;
    int done = 0;  ///< Rows from the first on.
    int oldest = no_row;
    int end = 0;      ///< Rows of it that will be there.
    int pair = none;  ///< Index of the convolution in place that it is the input or the output of.
    int readers[3] = {};
    int reader_count = 0;
  };

  /// A depthwise convolution whose output lies in the ring of its input.
  struct InPlace {
    int input = 0;
    int output = 0;
    int step = 1;
    int above = 0;
    bool collides = false;  ///< It would need more than the oldest row.

    /// The row of the input over which a row of the output lies; it may be above the first.
    int row_under(int row) const { return row * step - above; }
  };

  /// A ring or an operator's scratch.
  struct Item {
    int rows = 0;
    std::int64_t bytes = 0;
    std::int64_t offset = 0;
  };

  static std::size_t at(int index) { return static_cast<std::size_t>(index); }
  bool sums(int op) const { return sums_ && op == end_ - 1; }

  template <typename Visit>
  void each_input(int op, Visit visit) const {
    visit(network_.op(op).input);
    if (network_.op(op).other != RowOp::none) visit(network_.op(op).other);
  }

  void find_readers() {
    for (int op = first_; op < end_; ++op)
      each_input(op, [&](int t) {
        State& state = tensors_[at(t)];
        if (state.reader_count < 3) state.readers[state.reader_count++] = op;
      });
  }

  void find_roles() {
    if (tensors_[0].from_caller) add_inside(0);
    for (int op = first_; op < end_; ++op) {
      each_input(op, [&](int t) {
        const bool dies = network_.tensor(t).last < end_ && !network_.tensor(t).kept;
        const bool was_there = !tensors_[at(t)].inside;
        if (was_there && dies && std::ranges::find(dying_, t) == dying_.end()) dying_.push_back(t);
      });
      add_inside(op + 1);
    }
  }

  void add_inside(int t) {
    State& state = tensors_[at(t)];
    state.inside = true;
    state.is_ring = network_.tensor(t).last < end_ && !network_.tensor(t).kept && t != end_;
    if (!state.is_ring) results_.push_back(t);
  }

  /// Rows of each tensor that are computed: all of results, of others those that are read.
  void find_ends() {
    for (int op = end_ - 1; op >= first_; --op) {
      State& output = tensors_[at(op + 1)];
      if (!output.is_ring)
        output.end = sums(op) ? network_.tensor(network_.op(op).input).rows : network_.output_of(op).rows;
      each_input(op, [&](int t) {
        State& input = tensors_[at(t)];
        input.end = std::max(input.end, rows_read(network_, network_.op(op), t, output.end - 1, sums(op)).end);
      });
    }
  }

  void run() {
    const int output = end_;
    const int rows = tensors_[at(output)].end;
    for (int done = 1; done <= rows; ++done) {
      for (const int result : results_)
        if (result != output) compute(result, network_.tensor(result).rows * done / rows);
      compute(output, done);
    }
    if (tensors_[0].from_caller) compute(0, network_.tensor(0).rows);
  }

  void compute(int t, int rows) {
    State& state = tensors_[at(t)];
    if (!state.inside) return;
    while (state.done < rows) {
      const int row = state.done;
      if (t != 0)
        each_input(t - 1, [&](int input) {
          compute(input, rows_read(network_, network_.op(t - 1), input, row, sums(t - 1)).end);
        });
      account(t, row);
      state.done = row + 1;
      if (t != 0) find_oldest(t - 1);
      note_held(t);
    }
  }

  int held(const State& state) const { return state.done - std::min(state.oldest, state.done); }

  void note_held(int t) {
    const State& state = tensors_[at(t)];
    if (!state.is_ring) return;
    bool holds = held(state) > 0;
    if (state.pair != none) {
      const InPlace& pair = in_place_[at(state.pair)];
      holds = held(tensors_[at(pair.input)]) > 0 || held(tensors_[at(pair.output)]) > 0;
    }
    live_[ring_of(t)] = holds;
  }

  /// The first row that `op` reads of `t` for its rows from `row` on.
  int oldest_read(int op, int t, int row) const {
    if (row >= tensors_[at(op + 1)].end) return no_row;
    return rows_read(network_, network_.op(op), t, row, sums(op)).first;
  }

  void find_oldest(int op) {
    each_input(op, [&](int t) {
      State& state = tensors_[at(t)];
      state.oldest = no_row;
      for (int i = 0; i < state.reader_count; ++i) {
        const int reader = state.readers[i];
        state.oldest = std::min(state.oldest, oldest_read(reader, t, tensors_[at(reader + 1)].done));
      }
      note_held(t);
    });
  }

  std::size_t ring_of(int t) const {
    const int pair = tensors_[at(t)].pair;
    if (pair != none) t = in_place_[at(pair)].input;
    return t <= first_ ? 0 : at(t - first_);
  }
  std::size_t scratch_of(int op) const { return at(end_ - first_ + 1 + op - first_); }

  /// Lets a depthwise convolution write into the ring of its input.
  void share_ring(int op) {
    State& input = tensors_[at(network_.op(op).input)];
    State& output = tensors_[at(op + 1)];
    if (!input.is_ring || !output.is_ring || input.reader_count != 1) return;
    input.pair = output.pair = static_cast<int>(in_place_.size());
    in_place_.push_back({network_.op(op).input, op + 1, network_.op(op).stride, network_.op(op).padding});
  }

  /// Rows that the ring of `t` must have when its row `row` is written.
  int rows_needed(int t, int row) {
    const State& state = tensors_[at(t)];
    if (state.pair == none) return held(state) + 1;
    InPlace& pair = in_place_[at(state.pair)];
    const State& input = tensors_[at(pair.input)];
    const State& output = tensors_[at(pair.output)];
    if (t == pair.output) {
      if (held(output) > 0) pair.collides = true;
      return input.done - pair.row_under(row);
    }
    const int over = held(output) > 0 ? row + 1 - pair.row_under(output.done - 1) : 0;
    return std::max(held(input) + 1, over);
  }

  /// Row `row` of `t` is about to be written.
  void account(int t, int row) {
    const State& state = tensors_[at(t)];
    Items live = live_;
    if (state.is_ring) {
      Item& ring = items_[ring_of(t)];
      ring.rows = std::max(ring.rows, rows_needed(t, row));
      live.set(ring_of(t));
    }
    if (t != 0 && network_.op(t - 1).cost->row_scratch_bytes > 0) live.set(scratch_of(t - 1));
    if (sums_ && network_.op(end_ - 1).cost->row_scratch_bytes > 0) live.set(scratch_of(end_ - 1));
    if (live != last_live_) {
      for (std::size_t i = 0; i < items_.size(); ++i)
        if (live[i]) meets_[i] |= live;
      last_live_ = live;
    }
    if (!state.is_ring && t != 0) note_overlaps(t, row);
  }

  void note_overlaps(int result, int row) {
    if (sums(result - 1)) return;
    for (const int input : dying_) {
      if (row == 0) overlaps_.push_back({input, result});
      const auto overlap =
          std::ranges::find_if(overlaps_, [&](const Overlap& o) { return o.input == input && o.result == result; });
      note_overlap(*overlap, row);
    }
  }

  void note_overlap(Overlap& overlap, int row) const {
    const RowTensor& in = network_.tensor(overlap.input);
    const RowTensor& out = network_.tensor(overlap.result);
    const State& state = tensors_[at(overlap.input)];
    int oldest = no_row;
    int oldest_of_others = no_row;
    for (int i = 0; i < state.reader_count; ++i) {
      const int reader = state.readers[i];
      const bool is_writer = reader == overlap.result - 1;
      const int first = oldest_read(reader, overlap.input, is_writer ? row : tensors_[at(reader + 1)].done);
      oldest = std::min(oldest, first);
      const bool same_shape = in.rows == out.rows && in.row_bytes == out.row_bytes;
      const bool in_place = is_writer && same_shape && first == row && network_.op(reader).cost->row_in_place;
      if (!in_place) oldest_of_others = std::min(oldest_of_others, first);
    }
    const std::int64_t written = (row + 1) * out.row_bytes;
    if (oldest != no_row) overlap.gap = std::max(overlap.gap, written - oldest * in.row_bytes);
    if (oldest_of_others != no_row && written > oldest_of_others * in.row_bytes) overlap.same_place = false;
  }

  /// Whether the stream computes `result` from `input`.
  bool computes_from(int input, int result) const {
    std::vector<bool> reached(tensors_.size(), false);
    reached[at(input)] = true;
    for (int op = first_; op < end_; ++op)
      each_input(op, [&](int t) {
        if (reached[at(t)]) reached[at(op + 1)] = true;
      });
    return reached[at(result)];
  }

  /// Each result with the largest dying input that it can reach into, at most one an input.
  std::vector<Meeting> meetings() const {
    std::vector<Meeting> meetings;
    for (const int result : results_) {
      const Overlap* best = nullptr;
      for (const Overlap& overlap : overlaps_) {
        const bool saves = overlap.same_place || aligned(overlap.gap) < network_.tensor(result).bytes();
        const bool is_taken = std::ranges::find(meetings, overlap.input, &Meeting::input) != meetings.end();
        if (overlap.result != result || !saves || is_taken || !computes_from(overlap.input, result)) continue;
        if (best == nullptr || network_.tensor(overlap.input).bytes() > network_.tensor(best->input).bytes())
          best = &overlap;
      }
      if (best == nullptr) continue;
      meetings.push_back({best->input, result, aligned(best->gap), best->same_place});
    }
    return meetings;
  }

  std::int64_t shared_by(const Meeting& meeting) const {
    const std::int64_t in = network_.tensor(meeting.input).bytes();
    const std::int64_t out = network_.tensor(meeting.result).bytes();
    return in + out - std::max(in + (meeting.same_place ? 0 : meeting.gap), out);
  }

  /// The highest byte of rings and scratch, placed first-fit, the largest first.
  std::int64_t placed() {
    if (tensors_[0].is_ring) size_ring(0);
    for (int op = first_; op < end_; ++op) {
      if (tensors_[at(op + 1)].is_ring) size_ring(op + 1);
      items_[scratch_of(op)].bytes = aligned(network_.op(op).cost->row_scratch_bytes);
    }
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (items_[i].bytes > 0) order.push_back(i);
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return items_[a].bytes > items_[b].bytes; });
    std::int64_t top = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> taken;
    for (std::size_t i = 0; i < order.size(); ++i) {
      Item& item = items_[order[i]];
      taken.clear();
      for (std::size_t k = 0; k < i; ++k)
        if (meets_[order[i]][order[k]])
          taken.emplace_back(items_[order[k]].offset, items_[order[k]].offset + items_[order[k]].bytes);
      std::ranges::sort(taken);
      for (const auto& [begin, end] : taken) {
        if (item.offset + item.bytes <= begin) break;
        item.offset = std::max(item.offset, end);
      }
      top = std::max(top, item.offset + item.bytes);
    }
    return top;
  }

  void size_ring(int t) {
    if (tensors_[at(t)].pair != none && in_place_[at(tensors_[at(t)].pair)].output == t) return;
    Item& ring = items_[ring_of(t)];
    ring.bytes = aligned(ring.rows * network_.tensor(t).row_bytes);
  }

  const RowNetwork& network_;
  int first_;
  int end_;
  bool sums_;
  std::vector<State> tensors_;
  std::vector<int> results_;  ///< Tensors that must be complete at the end.
  std::vector<int> dying_;    ///< That were there before and are not needed later.
  std::vector<Overlap> overlaps_;
  std::vector<InPlace> in_place_;
  std::vector<Item> items_;
  std::vector<Items> meets_;
  Items live_;
  Items last_live_;
};

/// The depthwise convolutions whose output may take the place of the oldest row that they read.
std::vector<int> depthwise_in_place(const RowNetwork& network, int first, int end) {
  std::vector<int> ops;
  for (int i = first; i < end; ++i) {
    const RowOp& op = network.op(i);
    const bool fits = network.tensor(op.input).row_bytes >= network.output_of(i).row_bytes;
    if (op.depthwise && op.cost->in_place && fits) ops.push_back(i);
  }
  return ops;
}

}  // namespace

bool can_stream(const RowNetwork& network, int first, int end) {
  for (int op = first; op + 1 < end; ++op)
    if (network.op(op).cost->sums_rows) return false;
  return end - first <= 120;
}

StreamNeeds stream_needs(const RowNetwork& network, int first, int end, bool input_by_rows) {
  std::vector<int> in_place = depthwise_in_place(network, first, end);
  for (;;) {
    Stream stream(network, first, end, input_by_rows, in_place);
    const StreamNeeds needs = stream.needs();
    std::vector<int> fitting = stream.fitting();
    if (fitting.size() == stream.sharing()) return needs;
    in_place = std::move(fitting);
  }
}

std::int64_t stream_bytes(const RowNetwork& network, int first, int end, bool input_by_rows) {
  return stream_needs(network, first, end, input_by_rows).bytes;
}

}  // namespace thimble::search
