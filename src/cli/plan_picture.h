// cli/plan_picture.h
#pragma once

#include <string>
#include <vector>

#include "cli/memory_bars.h"
#include "cli/picture_panel.h"
#include "ir/graph.h"
#include "plan/network_plan.h"

namespace thimble::cli {

/// Two panels as one SVG file: the arena as a map of time (stages) and address, a rectangle for each buffer; and bars
/// of the memory while each layer of the model runs, one for each series. Sizes are in kB of 1024 bytes.
std::string svg_of(const ir::Graph& model, const plan::NetworkPlan& network, const std::vector<MemorySeries>& series,
                   const MemoryLimit& limit);

}  // namespace thimble::cli
