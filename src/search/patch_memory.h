// search/patch_memory.h
#pragma once

#include <cstdint>
#include <optional>

#include "search/row_network.h"

namespace thimble::search {

/// A schedule of MCUNetV2 (arXiv 2110.15352): operators [0, split) run on grid x grid patches, the others layer by
/// layer; halos are computed again. With grid 1 there is no patch stage.
struct PatchSchedule {
  int grid = 1;
  int split = 0;
  std::int64_t bytes = 0;          ///< Peak: the patch's region of the input counts, as a decoder would give it.
  std::int64_t executed_macs = 0;  ///< Of the whole network.
};

/// One schedule. Nothing if `split` is no cut of the network (another tensor is read later too), an operator before it
/// needs whole images, or its output has fewer rows than the grid. Bytes are those of plan::patched_network.
std::optional<PatchSchedule> patch_schedule(const RowNetwork& network, int grid, int split);

/// The schedule with the least peak of all grids 1 ... most_grid and all splits, and of those the fewest MACs; or,
/// where a limit is given and can be kept, the one with the fewest MACs that keeps it.
PatchSchedule best_patches(const RowNetwork& network, int most_grid, std::int64_t limit = 0);

/// Multiply-accumulates of the network, each operator computed once.
std::int64_t macs_of(const RowNetwork& network);

}  // namespace thimble::search
