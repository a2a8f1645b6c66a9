#include "search/buffers.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/index.h"

namespace thimble::search {

namespace {

constexpr int no_tensor = -1;

}  // namespace

Buffers::Buffers(const RowNetwork& network) : network_(network), holder_(network.tensors.size()) {
  std::iota(holder_.begin(), holder_.end(), 0);
  for (const RowTensor& tensor : network.tensors)
    last_.push_back(tensor.kept ? std::numeric_limits<int>::max() : tensor.last);
}

void Buffers::share_in_place(const std::function<bool(int op)>& may) {
  for (int op = 0; op < network_.size(); ++op) {
    if (network_.op(op).depthwise || !network_.op(op).cost->in_place || !may(op)) continue;
    const int input = dying_input(op);
    if (input == no_tensor) continue;
    last_[to_index(input)] = last_[to_index(op + 1)];
    holder_[to_index(op + 1)] = input;
  }
}

std::vector<std::int64_t> Buffers::live() const {
  std::vector<std::int64_t> change(network_.ops.size() + 1, 0);
  for (int t = 0; t < static_cast<int>(holder_.size()); ++t) {
    if (holder_[to_index(t)] != t) continue;
    change[to_index(network_.tensor(t).first)] += network_.tensor(t).bytes();
    change[to_index(std::min(last_[to_index(t)], network_.size() - 1) + 1)] -= network_.tensor(t).bytes();
  }
  change.pop_back();
  std::partial_sum(change.begin(), change.end(), change.begin());
  return change;
}

int Buffers::dying_input(int op) const {
  for (const int tensor : {network_.op(op).input, network_.op(op).other}) {
    if (tensor == RowOp::none || network_.tensor(tensor).bytes() != network_.output_of(op).bytes()) continue;
    const int holder = holder_of(tensor);
    if (dies_in(holder, op)) return holder;
  }
  return no_tensor;
}

}  // namespace thimble::search
