// plan/columns.h
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plan/offsets.h"

namespace thimble::plan {

/// Buffers that begin at one offset, each taking the place of the one before it: what the search places. Most are one
/// buffer. As parts differ in size, a column's profile over time has steps; its bottom is level. So of any two columns
/// that are live together one is wholly below the other, and that is all that the search needs.
struct Column {
  std::vector<LiveRange> parts;
  std::vector<LiveRange> met;        ///< For each part the buffer that it meets; of size 0 if none.
  std::vector<std::size_t> buffers;  ///< Indices of the parts in what the columns were made of.
  bool meets = false;                ///< Some part meets another buffer or is met by one.
  std::int64_t size = 0;             ///< Of the largest part.
  int first = 0;
  int last = 0;
};

/// One column for each buffer that is over no other. Empty buffers make no column, unless one is over them.
std::vector<Column> columns_of(std::span<const LiveRange> buffers);

/// Bytes of a column in a step: at least so many, beside those that it shares with what it meets.
std::int64_t bytes_at(const Column& column, int step);

/// Bytes from the bottom of `lower` to the lowest bottom that `upper` can have above it: of the largest part that is
/// live together with a part of `upper`, but for parts that meet, of which the gap counts; 0 if there is none.
std::int64_t height_below(const Column& lower, const Column& upper);

/// heights[i][j] = height_below(columns[i], columns[j]).
std::vector<std::vector<std::int64_t>> heights_between(std::span<const Column> columns);

/// Where each region but the first begins, if they lie one after the other.
std::vector<std::int64_t> boundaries_of(std::span<const std::int64_t> regions);

/// The offsets, strictly between the two, at which a buffer of `size` bytes would lie on both sides of a boundary.
struct Straddling {
  std::int64_t after = 0;
  std::int64_t before = 0;
};
inline Straddling straddling(std::int64_t boundary, std::int64_t size) { return {boundary - size, boundary}; }

/// The lowest offset, `offset` or above, at which a buffer of `size` bytes lies across none of the boundaries.
std::int64_t lifted(std::int64_t offset, std::int64_t size, std::span<const std::int64_t> boundaries);

/// The steps in which a part becomes live, in order: some of them need most bytes.
std::vector<int> starts_of(std::span<const Column> columns);

/// The most bytes that are live in any step of [first, last].
std::int64_t most_live(std::span<const Column> columns, std::span<const int> starts, int first, int last);

}  // namespace thimble::plan
