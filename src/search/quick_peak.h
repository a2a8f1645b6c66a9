// search/quick_peak.h
#pragma once

#include <cstdint>
#include <vector>

#include "search/row_network.h"

namespace thimble::search {

/// A stream of operators, or one by itself, and what it needs.
struct QuickSegment {
  int first = 0;
  int end = 0;
  bool streamed = false;
  std::int64_t bytes = 0;
};

/// The smallest arena of a network, as good as the planner's (plan::Objective::sram) and a thousand times quicker.
struct QuickPeak {
  std::int64_t bytes = 0;
  std::vector<QuickSegment> segments;
};

/// The division into segments whose largest needs least. Segments' bytes are estimated (stream_estimate.h) to find it;
/// those that it consists of are then computed exactly (stream_memory.h), and it is found again until they agree.
QuickPeak quick_peak(const RowNetwork& network, bool input_by_rows);

}  // namespace thimble::search
