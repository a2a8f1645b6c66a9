// target/conv_choice.h
#pragma once

#include <string>

#include "target/kernel_choice.h"

namespace thimble::target {

/// The variant for a Conv2D, DepthwiseConv2D or FullyConnected. @throws Error naming the layer if none can run it.
KernelChoice choose_conv_kernel(const ir::Graph& graph, const ir::Op& op, bool dsp);

/// Throws an Error that names the layer and says why no kernel runs it.
[[noreturn]] void refuse_op(const ir::Graph& graph, const ir::Op& op, const std::string& why);

}  // namespace thimble::target
