// train/space_choice.h
#pragma once

#include "train/search_context.h"

namespace thimble::train {

/// Chooses a resolution and a width for each target, those given or the best by search::rank_spaces, or with
/// settings.spaces the resolutions and widths of several of the best; and makes the supernet's space of all of them:
/// most targets of one size share theirs, and a small budget adds a smaller one.
///
/// Leaves spaces.json in each target's folder, and supernet/space.json: where that is there, the supernet stays as it
/// is, and targets that are new choose from its resolutions and widths.
/// @throws Error with exit code 1 if there is one target, and no space has networks for it.
void choose_spaces(SearchContext& context);

}  // namespace thimble::train
