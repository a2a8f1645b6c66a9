// search/arena_placement.h
#pragma once

#include <cstdint>
#include <span>

#include "search/row_network.h"

namespace thimble::search {

/// Operators [first, end) that run together: one over all its rows, or a stream of rows.
struct QuickSegment {
  int first = 0;
  int end = 0;
  bool streamed = false;
  std::int64_t bytes = 0;  ///< What it needs by itself.
};

/// The arena in which these segments, which divide a network without a gap, can run: buffers placed as
/// plan::plan_segments places them, by the same constraints, but without its exhaustive search. So it is the plan's
/// arena or a little more, and at least the most that one segment needs.
std::int64_t placed_arena(const RowNetwork& network, std::span<const QuickSegment> segments, bool input_by_rows);

}  // namespace thimble::search
