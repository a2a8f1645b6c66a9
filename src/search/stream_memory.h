// search/stream_memory.h
#pragma once

#include <cstdint>
#include <vector>

#include "search/row_network.h"

namespace thimble::search {

/// Whether operators [first, end) can run as one stream of rows: only the last one may sum up rows.
bool can_stream(const RowNetwork& network, int first, int end);

/// Bytes that the planner needs to run operators [first, end) as one stream, a row at a time: what plan::bytes_needed
/// says of that segment, from the same schedule of rows, in some ten microseconds.
///
/// Whole tensors that are there in that time, of which a result reaches into the dying input as its rows are read;
/// rings of rows for tensors inside; scratch. `input_by_rows`: the caller hands over the rows of the network's input.
std::int64_t stream_bytes(const RowNetwork& network, int first, int end, bool input_by_rows);

/// A result that takes the place of a tensor as that is read: the tensor begins `gap` bytes behind it, or where it
/// does.
struct Meeting {
  int input = 0;
  int result = 0;
  std::int64_t gap = 0;
  bool same_place = false;
};

/// What the bytes of a stream consist of, beside whole tensors.
struct StreamNeeds {
  std::int64_t bytes = 0;          ///< stream_bytes.
  std::int64_t working_bytes = 0;  ///< Of rings and scratch.
  std::vector<int> rings;          ///< Tensors of which only rows are there.
  std::vector<Meeting> meetings;
};
StreamNeeds stream_needs(const RowNetwork& network, int first, int end, bool input_by_rows);

}  // namespace thimble::search
