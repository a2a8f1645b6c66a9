// cli/plan_picture.h
#pragma once

#include <string>
#include <vector>

#include "cli/memory_bars.h"
#include "cli/picture_panel.h"
#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::cli {

/// Two panels as one SVG file: the arena as a map of time (stages) and address, a rectangle for each buffer; and bars
/// of the memory that each layer needs, one for each series. Sizes are in kB of 1024 bytes.
std::string svg_of(const ir::Graph& graph, const plan::Plan& plan, const std::vector<MemorySeries>& series,
                   const MemoryLimit& limit);

}  // namespace thimble::cli
