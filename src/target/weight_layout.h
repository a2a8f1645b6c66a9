// target/weight_layout.h
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace thimble::target {

/// The weights of a Conv2D, DepthwiseConv2D or FullyConnected in the order in which a kernel consumes them.
///   ohwi      [out_ch][kernel_h][kernel_w][in_ch], as in the file
///   hwc       [kernel_h][kernel_w][out_ch], depthwise, as in the file
/// A kernel's header says which layout it reads; KernelChoice::weight_layout names it.
/// @throws Error if there is no such layout.
std::vector<std::int8_t> pack_weights(std::string_view layout, const ir::Graph& graph, const ir::Op& op);

/// The bias of each output channel with the input's zero point folded in: bias[o] - zero_point * sum(weights[o]).
std::vector<std::int32_t> folded_bias(const ir::Graph& graph, const ir::Op& op);

}  // namespace thimble::target
