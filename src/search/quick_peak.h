// search/quick_peak.h
#pragma once

#include <cstdint>
#include <vector>

#include "search/arena_placement.h"
#include "search/row_network.h"

namespace thimble::search {

/// The smallest arena of a network, in a fifth of a millisecond: what plan::Objective::sram takes a second for.
struct QuickPeak {
  std::int64_t bytes = 0;  ///< Of an arena in which the segments can run.
  std::vector<QuickSegment> segments;
};

/// The division into segments whose largest needs least; of equals the one with the fewest streams. Segments' bytes are
/// estimated (stream_estimate.h) to find it; those that it consists of are then computed exactly (stream_memory.h), and
/// it is found again until they agree. Where its buffers cannot be placed in what its largest segment needs
/// (arena_placement.h), divisions that need a little more in one segment are placed too.
///
/// The planner chooses from the same segments, and nearly always finds as much; where it cannot place its divisions
/// well, a little more (docs/search.md has the figures).
///
/// `enough`: bytes that are as good as fewer, such as a board's: ends the search once they are reached, or known to be
/// out of reach (`bytes` is then more than `enough`, but may be less than what is needed). 0: find the least.
QuickPeak quick_peak(const RowNetwork& network, bool input_by_rows, std::int64_t enough = 0);

}  // namespace thimble::search
