// ir/slice_region.h
#pragma once

#include <optional>

#include "ir/graph.h"
#include "ir/receptive_field.h"

namespace thimble::ir {

/// The rectangle of an image [1,H,W,C] that a StridedSlice takes, all channels of each pixel. None if it takes anything
/// else: steps other than 1, some of the channels, positions that are computed.
std::optional<Region> sliced_region(const Graph& graph, const Op& op);

/// Appends an operator that takes a rectangle of an image. `name` is its output's; returns the output.
TensorId append_slice(Graph& graph, std::vector<Op>& ops, TensorId image, const Region& region,
                      const std::string& name);

}  // namespace thimble::ir
