// search/stream_memory.h
#pragma once

#include <cstdint>

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

}  // namespace thimble::search
