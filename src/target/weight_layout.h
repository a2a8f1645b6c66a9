// target/weight_layout.h
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace thimble::target {

/// The weights of a Conv2D, DepthwiseConv2D or FullyConnected in the order in which a kernel consumes them.
///   ohwi           [out_ch][kernel_h][kernel_w][in_ch], as in the file
///   hwc            [kernel_h][kernel_w][out_ch], depthwise, as in the file
///   chw            [channels][kernel_h][kernel_w], depthwise
///   pairs          for each two output channels, for each two elements d, e of the depth: the bytes
///                  w[o][d] w[o+1][d] w[o][e] w[o+1][e]; zeros beyond the last channel, depth padded with zeros to a
///                  multiple of 4. A depthwise convolution of one input channel counts as a convolution here.
///   pairs_by_four  the same, where of each four elements 0 1 2 3 the pairs are (0, 2) and (1, 3), and depth is padded
///   to
///                  a multiple of 4 (see kernels/dsp/columns.h)
/// A kernel's header says which layout it reads; KernelChoice::weight_layout names it. Kernels may read words: the
/// generated array is aligned to 4 bytes.
/// @throws Error if there is no such layout.
std::vector<std::int8_t> pack_weights(std::string_view layout, const ir::Graph& graph, const ir::Op& op);

/// The bias of each output channel with the input's zero point folded in: bias[o] - zero_point * sum(weights[o]).
std::vector<std::int32_t> folded_bias(const ir::Graph& graph, const ir::Op& op);

/// The largest |accumulator| that a kernel can see for each output channel, whatever the input.
std::vector<std::int64_t> accumulator_bounds(const ir::Graph& graph, const ir::Op& op);

}  // namespace thimble::target
