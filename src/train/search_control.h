// train/search_control.h
#pragma once

#include "train/accuracy_meter.h"
#include "train/search_context.h"

namespace thimble::train {

/// The control of an evolution that has ended: random search with as many evaluations, the same supernet and the same
/// limits. Both kinds run once for each of `control_seeds` seeds, the evolution that was there among them. Leaves their
/// logs in control/, and control.json: {"evaluations", "seeds", "evolution" and "random": {"mean", "least", "most"}},
/// each the best fitness so far after each evaluation. False if interrupted: the same call goes on.
bool compare_with_random(SearchContext& context, const SearchTarget& target, AccuracyMeter& meter);

}  // namespace thimble::train
