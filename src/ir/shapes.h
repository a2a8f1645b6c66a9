// ir/shapes.h
#pragma once

#include <vector>

#include "ir/graph.h"

namespace thimble::ir {

/// The output shapes of `op` from its inputs' shapes and its parameters. Where the parameters do not determine the
/// shape (Reshape, ResizeNearest) it is the output tensor's own. @throws Error if the inputs do not fit together.
std::vector<Shape> output_shapes(const Graph& graph, const Op& op);

/// Output size of a convolution or pooling along one dimension.
int convolved_size(int size, int filter, int stride, int dilation, int pad_before, int pad_after);

/// TFLite's SAME padding along one dimension: {before, after}; the odd element goes after.
std::array<int, 2> same_padding(int size, int filter, int stride, int dilation);

}  // namespace thimble::ir
