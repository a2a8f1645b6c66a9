// target/conv_choice.h
#pragma once

#include <string>
#include <vector>

#include "target/kernel_choice.h"

namespace thimble::target {

/// Of kernels/dsp/s8_conv_lean_4x2_dsp.h: output channels whose sums it keeps, and elements of a column that it gathers
/// at a time.
inline constexpr int lean_channels = 16;
inline constexpr int lean_depth = 128;

/// The variants for a Conv2D, DepthwiseConv2D or FullyConnected, the default first.
/// @throws Error naming the layer if none can run it.
std::vector<KernelChoice> conv_kernels(const ir::Graph& graph, const ir::Op& op, const KernelOptions& options);

/// Throws an Error that names the layer and says why no kernel runs it.
[[noreturn]] void refuse_op(const ir::Graph& graph, const ir::Op& op, const std::string& why);

}  // namespace thimble::target
