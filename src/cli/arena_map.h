// cli/arena_map.h
#pragma once

#include <string>

#include "cli/picture_panel.h"
#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::cli {

/// A panel whose upper edge is at `y`: the arena as a map of time (stages, to the right) and address (upwards). Each
/// buffer is a rectangle, coloured by what computes it; the stage that bounds the peak is marked below. Its legend is
/// above.
std::string arena_map(const ir::Graph& graph, const plan::Plan& plan, const MemoryLimit& limit, double y, double width,
                      double height);

}  // namespace thimble::cli
