#include "search/stream_memory.h"

#include <algorithm>
#include <bitset>
#include <functional>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "base/index.h"

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

/// An operator whose output may lie in the ring of its input: row r over row r * step - above, the oldest that it
/// reads.
struct InPlace {
  int input = 0;
  int output = 0;
  int step = 1;
  int above = 0;
  int window = 1;  ///< Rows that it reads.
  bool depthwise = false;

  bool operator==(const InPlace&) const = default;
};

/// Executes a stream row by row, and keeps account of which rows are still to be read. plan/row_schedule.cpp and
/// plan/line_buffers.cpp do the same for any graph; a test compares the two.
class Stream {
 public:
  Stream(const RowNetwork& network, int first, int end, bool input_by_rows, std::span<const InPlace> in_place)
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
    for (int t = first; t <= end; ++t) {
      tensors_[to_index(t)].item = t - first;
      items_[to_index(t - first)].members = {t};
    }
    if (first > 0) tensors_[0].item = 0;
    for (const InPlace& pair : in_place) share_ring(pair);
    for (int op = first; op < end; ++op) find_oldest(op);
  }

  /// Those that share a ring and cannot.
  std::vector<InPlace> misfits() const {
    std::vector<InPlace> pairs;
    for (std::size_t i = 0; i < in_place_.size(); ++i) {
      const Item& ring = items_[to_index(tensors_[to_index(in_place_[i].output)].item)];
      const bool is_last = ring.members.back() == in_place_[i].output;
      if (collides_[i] || (is_last && !is_partial(ring))) pairs.push_back(in_place_[i]);
    }
    return pairs;
  }

  StreamNeeds needs() {
    run();
    StreamNeeds needs;
    needs.working_bytes = placed();
    std::int64_t bytes = needs.working_bytes;
    for (int t = 0; t < static_cast<int>(tensors_.size()); ++t) {
      const RowTensor& tensor = network_.tensor(t);
      const bool is_live = tensor.first < end_ && (tensor.last >= first_ || tensor.kept);
      if (is_live && !tensors_[to_index(t)].is_ring) bytes += tensor.bytes();
      if (tensors_[to_index(t)].is_ring) needs.rings.push_back(t);
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
    int end = 0;   ///< Rows of it that will be there.
    int item = 0;  ///< Its ring, or where it would be.
    int step = 1;  ///< Row r is in place r * step - above of that, counted without the wrap.
    int above = 0;
    int pair = none;           ///< Index of what computes it in place.
    bool is_replaced = false;  ///< Another is computed in its place.
    int readers[3] = {};
    int reader_count = 0;

    int place(int row) const { return row * step - above; }
  };

  /// A ring, of one tensor or of several, or an operator's scratch.
  struct Item {
    std::vector<int> members;  ///< Each but the first in place of the one before.
    int windows = 1;           ///< Rows that the members' windows keep, at least.
    int rows = 0;
    std::int64_t bytes = 0;
    std::int64_t offset = 0;
  };

  bool sums(int op) const { return sums_ && op == end_ - 1; }

  template <typename Visit>
  void each_input(int op, Visit visit) const {
    visit(network_.op(op).input);
    if (network_.op(op).other != RowOp::none) visit(network_.op(op).other);
  }

  void find_readers() {
    for (int op = first_; op < end_; ++op)
      each_input(op, [&](int t) {
        State& state = tensors_[to_index(t)];
        if (state.reader_count < 3) state.readers[state.reader_count++] = op;
      });
  }

  void find_roles() {
    if (tensors_[0].from_caller) add_inside(0);
    for (int op = first_; op < end_; ++op) {
      each_input(op, [&](int t) {
        const bool dies = network_.tensor(t).last < end_ && !network_.tensor(t).kept;
        const bool was_there = !tensors_[to_index(t)].inside;
        if (was_there && dies && std::ranges::find(dying_, t) == dying_.end()) dying_.push_back(t);
      });
      add_inside(op + 1);
    }
  }

  void add_inside(int t) {
    State& state = tensors_[to_index(t)];
    state.inside = true;
    state.is_ring = network_.tensor(t).last < end_ && !network_.tensor(t).kept && t != end_;
    if (!state.is_ring) results_.push_back(t);
  }

  /// Rows of each tensor that are computed: all of results, of others those that are read.
  void find_ends() {
    for (int op = end_ - 1; op >= first_; --op) {
      State& output = tensors_[to_index(op + 1)];
      if (!output.is_ring)
        output.end = sums(op) ? network_.tensor(network_.op(op).input).rows : network_.output_of(op).rows;
      each_input(op, [&](int t) {
        State& input = tensors_[to_index(t)];
        input.end = std::max(input.end, rows_read(network_, network_.op(op), t, output.end - 1, sums(op)).end);
      });
    }
  }

  void run() {
    const int output = end_;
    const int rows = tensors_[to_index(output)].end;
    for (int done = 1; done <= rows; ++done) {
      for (const int result : results_)
        if (result != output) compute(result, network_.tensor(result).rows * done / rows);
      compute(output, done);
    }
    if (tensors_[0].from_caller) compute(0, network_.tensor(0).rows);
  }

  void compute(int t, int rows) {
    State& state = tensors_[to_index(t)];
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
    const State& state = tensors_[to_index(t)];
    if (!state.is_ring) return;
    const auto holds = [&](int member) { return held(tensors_[to_index(member)]) > 0; };
    live_[to_index(state.item)] = std::ranges::any_of(items_[to_index(state.item)].members, holds);
  }

  /// The first row that `op` reads of `t` for its rows from `row` on.
  int oldest_read(int op, int t, int row) const {
    if (row >= tensors_[to_index(op + 1)].end) return no_row;
    return rows_read(network_, network_.op(op), t, row, sums(op)).first;
  }

  void find_oldest(int op) {
    each_input(op, [&](int t) {
      State& state = tensors_[to_index(t)];
      state.oldest = no_row;
      for (int i = 0; i < state.reader_count; ++i) {
        const int reader = state.readers[i];
        state.oldest = std::min(state.oldest, oldest_read(reader, t, tensors_[to_index(reader + 1)].done));
      }
      note_held(t);
    });
  }

  std::size_t scratch_of(int op) const { return to_index(end_ - first_ + 1 + op - first_); }

  /// Gives an output the ring of the input, if both have one, nothing else is in the place of the input, and the ring
  /// stays one.
  void share_ring(const InPlace& pair) {
    State& input = tensors_[to_index(pair.input)];
    State& output = tensors_[to_index(pair.output)];
    if (!input.is_ring || !output.is_ring || input.is_replaced || output.pair != none) return;
    if (pair.depthwise && input.reader_count != 1) return;
    Item& ring = items_[to_index(input.item)];
    const int windows = ring.windows + pair.window - 1;
    if (windows >= network_.tensor(pair.output).rows || !can_lie_apart(ring, pair.output)) return;
    items_[to_index(output.item)].members.clear();
    ring.members.push_back(pair.output);
    ring.windows = windows;
    input.is_replaced = true;
    output.item = input.item;
    output.step = pair.step * input.step;
    output.above = pair.above * input.step + input.above;
    output.pair = static_cast<int>(in_place_.size());
    in_place_.push_back(pair);
    collides_.push_back(false);
  }

  /// Whether the output's rows are as long as the ring's, or are read by convolutions.
  bool can_lie_apart(const Item& ring, int output) const {
    if (network_.tensor(ring.members.front()).row_bytes == network_.tensor(output).row_bytes) return true;
    const State& state = tensors_[to_index(output)];
    return std::all_of(state.readers, state.readers + state.reader_count,
                       [&](int reader) { return !network_.op(reader).elementwise && !sums(reader); });
  }

  /// Whether a ring holds less than all rows of any tensor in it.
  bool is_partial(const Item& ring) const {
    return std::ranges::all_of(ring.members, [&](int t) { return ring.rows < network_.tensor(t).rows; });
  }

  /// Rows that the ring of `t` must have when its row `row` is written: from the oldest to the newest.
  int rows_needed(int t, int row) const {
    const State& written = tensors_[to_index(t)];
    int first = written.place(row);
    int last = first;
    for (const int member : items_[to_index(written.item)].members) {
      const State& state = tensors_[to_index(member)];
      const int rows = held(state);
      if (rows == 0) continue;
      first = std::min(first, state.place(state.done - rows));
      last = std::max(last, state.place(state.done - 1));
    }
    return last - first + 1;
  }

  /// Whether the row under what is written is still to be read by others; rows with a stride must be read one by one.
  bool collides(const InPlace& pair, int row) const {
    const State& input = tensors_[to_index(pair.input)];
    const State& output = tensors_[to_index(pair.output)];
    if (output.step > 1 && held(output) > 0) return true;
    return std::any_of(input.readers, input.readers + input.reader_count, [&](int reader) {
      return reader + 1 != pair.output &&
             oldest_read(reader, pair.input, tensors_[to_index(reader + 1)].done) <= row * pair.step - pair.above;
    });
  }

  /// Row `row` of `t` is about to be written.
  void account(int t, int row) {
    const State& state = tensors_[to_index(t)];
    Items live = live_;
    if (state.is_ring) {
      Item& ring = items_[to_index(state.item)];
      ring.rows = std::max(ring.rows, rows_needed(t, row));
      live.set(to_index(state.item));
      if (state.pair != none && collides(in_place_[to_index(state.pair)], row)) collides_[to_index(state.pair)] = true;
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
    const State& state = tensors_[to_index(overlap.input)];
    int oldest = no_row;
    int oldest_of_others = no_row;
    for (int i = 0; i < state.reader_count; ++i) {
      const int reader = state.readers[i];
      const bool is_writer = reader == overlap.result - 1;
      const int first = oldest_read(reader, overlap.input, is_writer ? row : tensors_[to_index(reader + 1)].done);
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
    reached[to_index(input)] = true;
    for (int op = first_; op < end_; ++op)
      each_input(op, [&](int t) {
        if (reached[to_index(t)]) reached[to_index(op + 1)] = true;
      });
    return reached[to_index(result)];
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
      if (tensors_[to_index(op + 1)].is_ring) size_ring(op + 1);
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
    const State& state = tensors_[to_index(t)];
    if (state.pair != none) return;
    Item& ring = items_[to_index(state.item)];
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
  std::vector<bool> collides_;  ///< Of these, those that would write over rows that are still to be read.
  std::vector<Item> items_;
  std::vector<Items> meets_;
  Items live_;
  Items last_live_;
};

int readers_of(const RowNetwork& network, int first, int end, int tensor) {
  int readers = 0;
  for (int i = first; i < end; ++i)
    if (network.op(i).input == tensor || network.op(i).other == tensor) ++readers;
  return readers;
}

/// What the operators of a stream may do, in order; of one operator, over the input that others read too first.
std::vector<InPlace> in_place_of(const RowNetwork& network, int first, int end) {
  std::vector<InPlace> pairs;
  for (int i = first; i < end; ++i) {
    const RowOp& op = network.op(i);
    const RowTensor& output = network.output_of(i);
    if (op.depthwise) {
      const bool fits = network.tensor(op.input).row_bytes >= output.row_bytes;
      if (op.cost->in_place && fits) pairs.push_back({op.input, i + 1, op.stride, op.padding, op.kernel, true});
      continue;
    }
    if (!op.cost->row_in_place) continue;
    std::vector<int> inputs{op.input};
    if (op.other != RowOp::none) inputs.push_back(op.other);
    std::ranges::stable_sort(inputs, std::ranges::greater(), [&](int t) { return readers_of(network, first, end, t); });
    for (const int t : inputs)
      if (network.tensor(t).rows == output.rows && network.tensor(t).row_bytes == output.row_bytes)
        pairs.push_back({t, i + 1});
  }
  return pairs;
}

}  // namespace

bool can_stream(const RowNetwork& network, int first, int end) {
  for (int op = first; op + 1 < end; ++op)
    if (network.op(op).cost->sums_rows) return false;
  return end - first <= 120;
}

StreamNeeds stream_needs(const RowNetwork& network, int first, int end, bool input_by_rows) {
  std::vector<InPlace> in_place = in_place_of(network, first, end);
  for (;;) {
    Stream stream(network, first, end, input_by_rows, in_place);
    const StreamNeeds needs = stream.needs();
    const std::vector<InPlace> misfits = stream.misfits();
    if (misfits.empty()) return needs;
    std::erase_if(in_place, [&](const InPlace& pair) { return std::ranges::find(misfits, pair) != misfits.end(); });
  }
}

std::int64_t stream_bytes(const RowNetwork& network, int first, int end, bool input_by_rows) {
  return stream_needs(network, first, end, input_by_rows).bytes;
}

}  // namespace thimble::search
