#include "search/stream_estimate.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "search/stream_memory.h"

namespace thimble::search {

namespace {

/// Rows of one tensor that computing n rows of a later one takes: a * n + c, before clipping to the image.
struct RowsNeeded {
  std::int64_t a = 1;
  std::int64_t c = 0;

  std::int64_t of(std::int64_t n) const { return a * n + c; }
  /// Through one more operator.
  void append(const RowOp& op) {
    c += a * (op.kernel - op.padding - op.stride);
    a *= op.stride;
  }
};

/// A stream that grows by one operator after the other.
class GrowingStream {
 public:
  GrowingStream(const RowNetwork& network, int first, bool input_by_rows)
      : network_(network), first_(first), input_from_caller_(input_by_rows && first == 0) {
    for (int t = 0; t <= first; ++t) {
      const RowTensor& tensor = network.tensor(t);
      if (tensor.last >= first || tensor.kept) before_ += tensor.bytes();
    }
    if (input_from_caller_) before_ -= network.tensor(0).bytes();
  }

  /// Bytes of [first, end), which has one operator more than what was asked for before.
  std::int64_t with(int end) {
    const int last = end - 1;
    const RowOp& op = network_.op(last);
    if (last == first_ && input_from_caller_) {
      add_ring(0, last);
    } else if (last > first_) {
      add_ring(last, last);
    }
    end_residual(op, last);
    if (last > first_) rows_.append(op);
    if (after_add_ >= 0 && last > after_add_) rows_after_add_.append(op);
    if (op.other == network_.op(first_).input && last > first_) {
      after_add_ = last;
      rows_after_add_ = {};
    }
    const std::int64_t scratch = op.cost->row_scratch_bytes;
    passing_ = std::max(passing_, momentary_ + scratch);
    momentary_ = 0;
    const std::int64_t output = network_.output_of(last).bytes();
    const std::int64_t passing = std::max(passing_, std::exchange(momentary_at_end_, 0));
    return before_ + whole_inside_ + output + lasting_ + passing - shared(end);
  }

 private:
  /// Tensor `t`, which operator `reader` reads first, is inside the stream.
  void add_ring(int t, int reader) {
    const RowTensor& tensor = network_.tensor(t);
    const RowOp& op = network_.op(reader);
    if (tensor.last > reader) {  // A shortcut: whole, until the stream reaches its end.
      whole_inside_ += tensor.bytes();
      return;
    }
    if (maps_in_place(op) && t > 0) {  // In the ring of its output, unless that is the stream's.
      if (!is_in_place(t)) momentary_at_end_ = tensor.row_bytes + scratch_before(reader);
      return;
    }
    const int rows = op.elementwise || op.cost->sums_rows ? 1 : std::min(op.kernel, tensor.rows);
    if (rows > op.stride) {
      lasting_ += rows * tensor.row_bytes;
    } else {
      momentary_ = is_in_place(t) ? 0 : rows * tensor.row_bytes;
      passing_ = std::max(passing_, momentary_ + scratch_before(reader));
    }
  }

  /// A function of one input, such as hard-swish, row over row.
  static bool maps_in_place(const RowOp& op) {
    return op.elementwise && op.other == RowOp::none && op.cost->row_in_place;
  }

  /// A depthwise convolution writes over the oldest row that it reads.
  bool is_in_place(int t) const {
    while (t > first_ && maps_in_place(network_.op(t - 1))) t = network_.op(t - 1).input;
    if (t <= first_) return false;
    const RowOp& writer = network_.op(t - 1);
    return writer.depthwise && writer.cost->in_place && t - 1 > first_ && writer.kernel > 1 &&
           writer.kernel < network_.tensor(t).rows;
  }

  std::int64_t scratch_before(int reader) const {
    if (reader <= first_) return 0;
    int writer = reader - 1;
    while (writer > first_ && maps_in_place(network_.op(writer))) --writer;
    return network_.op(writer).cost->row_scratch_bytes;
  }

  /// Where an operator is the last to read a tensor of the stream that others read before it.
  void end_residual(const RowOp& op, int last) {
    const int t = op.other;
    if (t == RowOp::none || t <= first_ || t == last || network_.tensor(t).last != last) return;
    const RowTensor& tensor = network_.tensor(t);
    whole_inside_ -= tensor.bytes();
    int lag = 1;
    for (int i = t; i < last; ++i) lag += network_.op(i).elementwise ? 0 : network_.op(i).padding;
    lasting_ += std::min(lag, tensor.rows) * tensor.row_bytes;
  }

  /// Bytes that the stream's output shares with its input, if that dies.
  std::int64_t shared(int end) const {
    const int input = network_.op(first_).input;
    const RowTensor& in = network_.tensor(input);
    if (in.last >= end || input_from_caller_ || network_.op(end - 1).cost->sums_rows) return 0;
    const RowTensor& out = network_.tensor(end);
    const bool in_place = after_add_ == end - 1 && in.bytes() == out.bytes();
    const std::int64_t gap = in_place ? 0 : std::max<std::int64_t>(gap_between(in, out), 4);
    if (!in_place && gap >= out.bytes()) return 0;
    return in.bytes() + out.bytes() - std::max(in.bytes() + gap, out.bytes());
  }

  /// The first row that is still to be read of the input when n rows of the output are written.
  std::int64_t oldest(const RowTensor& in, std::int64_t n) const {
    const RowOp& op = network_.op(first_);
    const std::int64_t done = rows_.of(n);
    std::int64_t row = std::numeric_limits<std::int64_t>::max();
    if (done < network_.output_of(first_).rows) row = std::max<std::int64_t>(done * op.stride - op.padding, 0);
    if (after_add_ >= 0) row = std::min(row, std::max<std::int64_t>(rows_after_add_.of(n) - 1, 0));
    return std::min<std::int64_t>(row, in.rows);
  }

  std::int64_t gap_between(const RowTensor& in, const RowTensor& out) const {
    // Linear between where the window leaves the upper border and where the input's last rows are read.
    const std::int64_t total = std::max<std::int64_t>(rows_.a * network_.op(first_).stride, 1);
    const std::int64_t leaves = (network_.op(first_).padding - rows_.c) / total + 1;
    const std::int64_t ends = (network_.output_of(first_).rows - rows_.c) / std::max<std::int64_t>(rows_.a, 1);
    std::int64_t gap = 0;
    for (const std::int64_t n :
         std::array<std::int64_t, 7>{1, leaves - 1, leaves, leaves + 1, ends - 1, ends, out.rows}) {
      if (n < 1 || n > out.rows) continue;
      const std::int64_t row = oldest(in, n);
      if (row < in.rows) gap = std::max(gap, n * out.row_bytes - row * in.row_bytes);
    }
    return gap;
  }

  const RowNetwork& network_;
  int first_;
  bool input_from_caller_;
  std::int64_t before_ = 0;            ///< Whole tensors that were there.
  std::int64_t whole_inside_ = 0;      ///< That the stream computes, and that later operators read.
  std::int64_t lasting_ = 0;           ///< Rings that always hold rows.
  std::int64_t momentary_ = 0;         ///< Of the last operator's input, if it is there for a moment.
  std::int64_t momentary_at_end_ = 0;  ///< The same, if the stream ends here.
  std::int64_t passing_ = 0;           ///< The most that one operator needs for a moment.
  RowsNeeded rows_;                    ///< Of the first operator's output.
  int after_add_ = -1;                 ///< The addition that reads the segment's input once more.
  RowsNeeded rows_after_add_;
};

}  // namespace

std::vector<std::int64_t> estimated_streams(const RowNetwork& network, int first, bool input_by_rows) {
  std::vector<std::int64_t> bytes;
  GrowingStream stream(network, first, input_by_rows);
  for (int end = first + 1; end <= network.size() && can_stream(network, end - 2 >= first ? end - 2 : first, end);
       ++end)
    bytes.push_back(stream.with(end));
  return bytes;
}

}  // namespace thimble::search
