// cli/memory_bars.h
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/picture_panel.h"
#include "ir/graph.h"
#include "plan/network_plan.h"

namespace thimble::cli {

/// One way of executing a network: the bytes that it needs while it computes each operator.
struct MemorySeries {
  std::string name;  ///< "this plan"
  std::string color;
  std::vector<std::int64_t> bytes;  ///< By operator of the graph; 0 where it computes nothing.
};

/// What every operator of a model needs in a plan of it, or of a rewriting of it: the live bytes of the stage that
/// computes it, or the most of several; 0 where it does not run code of its own.
MemorySeries series_of(const ir::Graph& model, const plan::NetworkPlan& network, std::string name, std::string color);

/// A panel of bars whose upper edge is at `y`: for each layer one bar of each series, side by side. Its legend, with
/// the peaks, is above it.
std::string memory_bars(const ir::Graph& graph, const std::vector<MemorySeries>& series, const MemoryLimit& limit,
                        double y, double width, double height);

}  // namespace thimble::cli
