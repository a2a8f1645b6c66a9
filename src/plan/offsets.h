// plan/offsets.h
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace thimble::plan {

/// A buffer that needs `size` bytes during the steps [first, last], both included.
struct LiveRange {
  std::int64_t size = 0;
  int first = 0;
  int last = 0;
  /// A buffer whose place this one takes: it begins at the same offset, and the two may be live together. It
  /// is what an operator computes in place, larger or smaller than what it computes it from.
  int over = nothing;
  /// A buffer that this one may reach into although the two are live together: that one may begin `gap` bytes after
  /// this one begins. It is what a stream of rows consumes while it writes this one.
  int meets = nothing;
  std::int64_t gap = 0;  ///< More than 0.

  static constexpr int nothing = -1;
};

/// Which techniques the search uses. All on is fastest; tests and ablations switch them off one by one. None changes
/// the peak of a search that ends by itself.
struct OffsetOptions {
  bool exact = true;             ///< Branch and bound; off: the best of a few first-fit orders.
  bool break_symmetry = true;    ///< Buffers of equal size and range are interchangeable: try one order only.
  bool bound_by_section = true;  ///< Give up a branch once some step's bytes cannot fit below the best peak.
  bool skip_dominated = true;    ///< Do not leave a hole below a buffer that another one could fill.
  std::int64_t max_nodes = 2'000'000;
};

struct Offsets {
  std::vector<std::int64_t> offset;  ///< Byte offset of each buffer, in the order given.
  std::int64_t peak = 0;             ///< Highest offset + size.
  bool optimal = false;              ///< Proved: the peak equals the lower bound, or the search was exhaustive.
};

/// Places buffers so that no two that are live together share a byte, but for those over each other or that meet, with
/// the least peak. Sizes and offsets are multiples of the caller's alignment because all sizes are.
///
/// First-fit orders find the lower bound (the most bytes that any one step needs) for nearly all networks that run
/// layer by layer, which proves them optimal at once. Where they do not, branch and bound goes over the canonical
/// placements: each buffer rests on the floor or on another one, and buffers are placed in the order of their offsets.
///
/// `regions`: sizes of the memories through which offsets count, one after the other; none is one memory. No buffer
/// lies in two of them: one that would begins where the next one does. The last has no end; whether it holds what lies
/// there the peak says. Columns still rest on what is below them, or on the floor of a region, so the search stays
/// complete.
/// @throws Error if a range is empty or negative, or over or meets one that does not exist, or over itself.
Offsets place(std::span<const LiveRange> buffers, const OffsetOptions& options = {},
              std::span<const std::int64_t> regions = {});

/// The most bytes that are live in any one step: no placement has a lower peak.
std::int64_t section_bound(std::span<const LiveRange> buffers);

}  // namespace thimble::plan
