// train/network_search.h
#pragma once

#include <optional>

#include "train/accuracy_meter.h"
#include "train/search_context.h"

namespace thimble::train {

/// Evolves networks for a target, ranks the best again on all held-back samples (of many measured on few, the first is
/// a lucky one) and confirms the winner by the plan that will be compiled. Leaves candidates.jsonl, winner.json and
/// arch.json in the target's folder. None if it was interrupted. A winner that is there already stays.
/// @throws Error with exit code 1 if none of the best keeps the limits by its exact plan.
std::optional<search::Candidate> search_network(SearchContext& context, const SearchTarget& target,
                                                AccuracyMeter& meter);

}  // namespace thimble::train
