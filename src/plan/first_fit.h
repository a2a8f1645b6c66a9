// plan/first_fit.h
#pragma once

#include <span>

#include "plan/offsets.h"

namespace thimble::plan {

/// Places buffers one after another, each at the lowest offset where it meets none of those placed before it that are
/// live with it; the lowest peak of several orders (by size, by size x lifetime, by the bytes live around it, ...).
/// A fast first solution for `place`; `optimal` where the peak equals the lower bound.
Offsets first_fit(std::span<const LiveRange> buffers);

/// Whether two ranges have a step in common.
inline bool live_together(const LiveRange& a, const LiveRange& b) { return a.first <= b.last && b.first <= a.last; }

}  // namespace thimble::plan
