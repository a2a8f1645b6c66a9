// search/exact_cost.h
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "search/candidate.h"
#include "search/limits.h"

namespace thimble::search {

/// What a network needs by the plan that `thimble compile` would make for it: the fastest that fits `sram_limit`, or
/// the smallest. Takes up to a second; `flash_bytes` is that of cost_of.
NetworkCost exact_cost(const ir::NetConfig& network, LayerTable& table, std::int64_t sram_limit, bool input_by_rows);

/// The first candidate, best first, that keeps the limits by its exact cost, with that cost. Searches decide by
/// predicted costs, and this is for those that they find.
std::optional<Candidate> first_confirmed(const DesignSpace& space, std::span<const Candidate> best_first,
                                         LayerTable& table, const Limits& limits, bool input_by_rows);

}  // namespace thimble::search
