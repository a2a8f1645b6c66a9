// passes/narrow_network.h
#pragma once

#include "ir/graph.h"

namespace thimble::passes {

/// The network with `factor` times the channels in every layer, as MobileNetV2 and its descendants scale widths
/// (ir/make_divisible.h: multiples of 8, never less than 90 %), and never more than before. Inputs keep their channels,
/// outputs theirs: a layer that leads to an output without another one after it keeps what it computes. Expansions of
/// inverted residuals keep their ratio to the narrower input, the first layer of a squeeze-and-excite its quarter.
/// Weights are those of the first channels, which nobody has trained to do without the others: for planning only.
/// @throws Error naming the layer that fixes its channels.
ir::Graph with_width(ir::Graph graph, double factor);

}  // namespace thimble::passes
