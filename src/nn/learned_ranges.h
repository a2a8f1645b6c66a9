// nn/learned_ranges.h
#pragma once

#include <span>

#include "nn/network.h"
#include "quantize/calibration.h"

namespace thimble::nn {

/// Lets a network train as int8 will compute it (Network::simulate_int8), with first ranges from these batches of
/// pictures: the mean of each batch's least and greatest values; of the pictures themselves, the extremes.
void begin_quantization(Network& network, std::span<const torch::Tensor> batches);

/// The ranges that a quantization-aware network has learned, for the tensors of its float_graph: what
/// quantize::quantize needs.
quantize::Calibration learned_ranges(const Network& network, const ir::Graph& float_graph);

}  // namespace thimble::nn
