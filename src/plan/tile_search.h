// plan/tile_search.h
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "passes/tile_blocks.h"
#include "plan/plan.h"
#include "target/board.h"

namespace thimble::plan {

/// Blocks of a graph and their tiles.
using Tilings = std::vector<passes::Tiling>;

/// Tiles for those of a plan's blocks that need more than an aim, `target` or somewhat less than the plan has: for each
/// the tiles that cost least of those with which it needs no more. A set for each of a few aims, the highest first.
/// Without `recompute` all tiles keep their rows, so that nothing is computed twice.
std::vector<Tilings> promising_tilings(const ir::Graph& graph, const Plan& plan, const target::Core& core,
                                       std::int64_t target, bool recompute);

/// "tiles of 1 x 8 from "block2/expand" to "block2/project"", a line each.
std::vector<std::string> descriptions_of(const ir::Graph& graph, std::span<const passes::Tiling> tilings);

}  // namespace thimble::plan
