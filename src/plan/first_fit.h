// plan/first_fit.h
#pragma once

#include <cstdint>
#include <span>

#include "plan/columns.h"
#include "plan/offsets.h"

namespace thimble::plan {

/// Places columns one after another, each at the lowest offset where it meets none of those placed before it that are
/// live with it and lies across no boundary; the lowest peak of several orders (by size, by size x lifetime, by the
/// bytes live around it, ...). A fast first solution for `place`; `optimal` where the peak equals the lower bound.
Offsets first_fit(std::span<const Column> columns, std::span<const std::int64_t> boundaries = {});

/// First fit in orders that are changed step by step: a random column among those that reach the peak is moved to a
/// random earlier place in the order, and the change is kept unless the peak rises. Finds what no fixed order does
/// where small scratch buffers must go into the gaps between large ones. Deterministic.
Offsets first_fit_by_moves(std::span<const Column> columns, int moves, std::span<const std::int64_t> boundaries = {});

}  // namespace thimble::plan
