#include "search/layer_memory.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace thimble::search {

namespace {

constexpr int no_tensor = -1;

std::int64_t aligned(std::int64_t bytes) { return (bytes + 3) / 4 * 4; }

/// Tensors by the buffer that holds them, and when that is there.
class Buffers {
 public:
  explicit Buffers(const RowNetwork& network) : network_(network), holder_(network.tensors.size()) {
    std::iota(holder_.begin(), holder_.end(), 0);
    for (const RowTensor& tensor : network.tensors)
      last_.push_back(tensor.kept ? std::numeric_limits<int>::max() : tensor.last);
  }

  /// Joins the output of each element-wise operator to an input that dies there.
  void share_in_place() {
    for (int op = 0; op < network_.size(); ++op) {
      if (!network_.op(op).elementwise || !network_.op(op).cost->in_place) continue;
      const int input = dying_input(op);
      if (input == no_tensor) continue;
      last_[at(input)] = last_[at(op + 1)];
      holder_[at(op + 1)] = input;
    }
  }

  int holder_of(int tensor) const { return holder_[at(tensor)]; }
  bool dies_in(int holder, int op) const { return last_[at(holder)] == op; }

  /// Bytes of all buffers that are there while each operator runs.
  std::vector<std::int64_t> live() const {
    std::vector<std::int64_t> change(network_.ops.size() + 1, 0);
    for (int t = 0; t < static_cast<int>(holder_.size()); ++t) {
      if (holder_[at(t)] != t) continue;
      change[at(network_.tensor(t).first)] += network_.tensor(t).bytes();
      const int last = std::min(last_[at(t)], network_.size() - 1);
      change[at(last + 1)] -= network_.tensor(t).bytes();
    }
    change.pop_back();
    std::partial_sum(change.begin(), change.end(), change.begin());
    return change;
  }

 private:
  static std::size_t at(int index) { return static_cast<std::size_t>(index); }

  int dying_input(int op) const {
    for (const int tensor : {network_.op(op).input, network_.op(op).other}) {
      if (tensor == RowOp::none || network_.tensor(tensor).bytes() != network_.output_of(op).bytes()) continue;
      const int holder = holder_of(tensor);
      if (dies_in(holder, op)) return holder;
    }
    return no_tensor;
  }

  const RowNetwork& network_;
  std::vector<int> holder_;  ///< By tensor.
  std::vector<int> last_;    ///< By holder.
};

/// One channel of a depthwise convolution's input with its padding, which TinyEngine computes on.
std::int64_t channel_bytes(const RowNetwork& network, const RowOp& op) {
  const std::int64_t size = network.tensor(op.input).rows + 2 * op.padding;
  return size * size;
}

/// Bytes that the output shares with the dying input as that is consumed row by row.
std::int64_t shared_by_rows(const RowNetwork& network, int index) {
  const RowOp& op = network.op(index);
  const RowTensor& in = network.tensor(op.input);
  const RowTensor& out = network.output_of(index);
  std::int64_t gap = 4;
  for (int row = 0; row < out.rows; ++row)
    gap = std::max(gap, (row + 1) * out.row_bytes - rows_read(network, op, op.input, row, false).first * in.row_bytes);
  return in.bytes() + out.bytes() - std::max(in.bytes() + std::min(aligned(gap), out.bytes()), out.bytes());
}

}  // namespace

std::vector<std::int64_t> layer_bytes(const RowNetwork& network, LayerCounting counting) {
  Buffers buffers(network);
  if (counting != LayerCounting::apart) buffers.share_in_place();
  std::vector<std::int64_t> bytes = buffers.live();
  if (counting == LayerCounting::apart) return bytes;
  for (int i = 0; i < network.size(); ++i) {
    const RowOp& op = network.op(i);
    const int input = buffers.holder_of(op.input);
    const std::int64_t in = network.tensor(input).bytes();
    const std::int64_t out = network.output_of(i).bytes();
    std::int64_t& sum = bytes[static_cast<std::size_t>(i)];
    const bool ours = counting == LayerCounting::overlapping;
    if (ours) sum += aligned(op.cost->scratch_bytes);
    if (op.elementwise || !buffers.dies_in(input, i)) continue;
    if (op.depthwise) {
      if (ours && !op.cost->in_place) continue;
      sum -= std::min(in, out);
      if (!ours) sum += channel_bytes(network, op);
    } else if (ours) {
      sum -= shared_by_rows(network, i);
    }
  }
  return bytes;
}

}  // namespace thimble::search
