// import/tflite_convolutions.h
#pragma once

#include "import/tflite_layer.h"

namespace thimble::import {

/// The operators with windows or weights: each fills in `op.kind` from the layer's options and the shapes, with SAME
/// and VALID as explicit padding, and gives an operator with weights its third input (no_tensor without a bias).
void conv_2d(const Layer& layer, ir::Op& op);
void depthwise_conv_2d(const Layer& layer, ir::Op& op);
void fully_connected(const Layer& layer, ir::Op& op);
void average_pool_2d(const Layer& layer, ir::Op& op);
void max_pool_2d(const Layer& layer, ir::Op& op);

}  // namespace thimble::import
