// passes/image_layers.h
#pragma once

#include "ir/graph.h"

namespace thimble::passes {

/// Whether an operator computes int8 from int8, images both, by constants.
bool works_on_images(const ir::Graph& graph, const ir::Op& op);

/// Whether it is such a 1x1 convolution, of stride 1 and without padding.
bool is_pointwise(const ir::Graph& graph, const ir::Op& op);

}  // namespace thimble::passes
