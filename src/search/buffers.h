// search/buffers.h
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "search/row_network.h"

namespace thimble::search {

/// Whole tensors by the buffer that holds them, and when that is there. At first each has one of its own.
class Buffers {
 public:
  explicit Buffers(const RowNetwork& network);

  /// Joins the output of each operator that can write pixel over pixel, and `may`, to an input that dies there.
  void share_in_place(const std::function<bool(int op)>& may);

  /// The tensor whose buffer holds this one.
  int holder_of(int tensor) const { return holder_[static_cast<std::size_t>(tensor)]; }
  /// The operator that is the last to need a holder's buffer; a huge number for the network's output.
  int last_of(int holder) const { return last_[static_cast<std::size_t>(holder)]; }
  bool dies_in(int holder, int op) const { return last_of(holder) == op; }

  /// Bytes of all buffers that are there while each operator runs.
  std::vector<std::int64_t> live() const;

 private:
  int dying_input(int op) const;

  const RowNetwork& network_;
  std::vector<int> holder_;  ///< By tensor.
  std::vector<int> last_;    ///< By holder.
};

}  // namespace thimble::search
