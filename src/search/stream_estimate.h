// search/stream_estimate.h
#pragma once

#include <cstdint>
#include <vector>

#include "search/row_network.h"

namespace thimble::search {

/// stream_bytes(network, first, end) for every end, estimated in nanoseconds each: rows of rings in closed form, all
/// rings that hold rows for long counted together, and of those that hold one row for a moment the most that one
/// operator needs. Element i is for end = first + 1 + i; there is none from where the operators cannot be streamed.
std::vector<std::int64_t> estimated_streams(const RowNetwork& network, int first, bool input_by_rows);

}  // namespace thimble::search
