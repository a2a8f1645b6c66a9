// Two small networks that together hold every operator that Thimble reads, so that tests need no model files.
#pragma once

#include "import/hand_graph.h"

namespace thimble::testing {

/// float32: explicit padding, pooling, residual sum with broadcasting, mean, classifier without bias.
inline ir::Graph float_network() {
  HandGraph g("float_network");
  const auto in = g.input("image", {1, 6, 5, 2});
  ir::Conv2D conv;
  conv.padding = {1, 1, 1, 1};
  conv.activation = ir::Activation::relu;
  auto x = g.op(conv, {in, g.float_weights("conv/weights", {4, 3, 3, 2}), g.float_weights("conv/bias", {4})}, "conv",
                {1, 6, 5, 4});
  const auto shifted = g.op(ir::Add{}, {x, g.float_weights("shift", {1, 1, 1, 4})}, "shifted", {1, 6, 5, 4});
  const auto difference = g.op(ir::Sub{}, {shifted, x}, "difference", {1, 6, 5, 4});
  x = g.op(ir::Mul{ir::Activation::relu6}, {difference, x}, "product", {1, 6, 5, 4});
  ir::Pool2D pool;
  pool.kind = ir::PoolKind::max;
  pool.filter_h = pool.filter_w = 2;
  pool.stride_h = pool.stride_w = 2;
  pool.padding = {0, 0, 0, 1};
  x = g.op(pool, {x}, "pool", {1, 3, 3, 4});
  x = g.op(ir::Pad{{{0, 0}, {1, 0}, {0, 0}, {0, 0}}, -1.0}, {x}, "padded", {1, 4, 3, 4});
  x = g.op(ir::Transpose{{0, 2, 1, 3}}, {x}, "transposed", {1, 3, 4, 4});
  x = g.op(ir::Clamp{ir::Activation::relu_n1_to_1}, {x}, "clamped", {1, 3, 4, 4});
  x = g.op(ir::Mean{{1, 2}, false}, {x}, "mean", {1, 4});
  x = g.op(ir::FullyConnected{}, {x, g.float_weights("fc/weights", {3, 4}), ir::no_tensor}, "fc", {1, 3});
  return g.with_outputs({g.op(ir::Softmax{0.5F}, {x}, "probabilities", {1, 3})});
}

/// int8 between QUANTIZE and DEQUANTIZE: a depthwise multiplier, dilation, average pooling, concatenation, resizing,
/// sigmoid, and a Reshape whose shape is computed by SHAPE, STRIDED_SLICE and PACK.
inline ir::Graph int8_network() {
  HandGraph g("int8_network");
  g.graph.labels = {"cat", "dog", "neither"};
  const auto in = g.input("image", {1, 8, 8, 3});
  auto x = g.op(ir::Quantize{}, {in}, "quantized", {1, 8, 8, 3}, per_tensor(0.0078125F, -1));
  x = g.op(ir::Pad{{{0, 0}, {1, 0}, {1, 0}, {0, 0}}, {}}, {x}, "padded", {1, 9, 9, 3}, per_tensor(0.0078125F, -1));
  ir::Conv2D conv;
  conv.stride_h = conv.stride_w = 2;
  x = g.op(conv, {x, g.weights("conv/weights", {4, 3, 3, 3}, 0), g.bias("conv/bias", 4)}, "conv", {1, 4, 4, 4},
           per_tensor(0.05F, 3));
  x = g.op(ir::Clamp{ir::Activation::relu6}, {x}, "conv/relu6", {1, 4, 4, 4}, per_tensor(0.05F, 3));
  ir::DepthwiseConv2D depthwise;
  depthwise.multiplier = 2;
  depthwise.dilation_h = depthwise.dilation_w = 2;
  depthwise.padding = {2, 2, 2, 2};
  depthwise.activation = ir::Activation::relu;
  x = g.op(depthwise, {x, g.weights("dw/weights", {1, 3, 3, 8}, 3), g.bias("dw/bias", 8)}, "dw", {1, 4, 4, 8},
           per_tensor(0.04F, -128));
  ir::Pool2D pool;
  pool.filter_h = pool.filter_w = 2;
  pool.stride_h = pool.stride_w = 2;
  const auto small = g.op(pool, {x}, "small", {1, 2, 2, 8}, per_tensor(0.04F, -128));
  const auto large = g.op(ir::ResizeNearest{}, {small}, "large", {1, 4, 4, 8}, per_tensor(0.04F, -128));
  x = g.op(ir::Concat{3}, {x, large}, "joined", {1, 4, 4, 16}, per_tensor(0.04F, -128));
  const auto gate = g.op(ir::Sigmoid{}, {x}, "gate", {1, 4, 4, 16}, per_tensor(1.0F / 256, -128));
  x = g.op(ir::Mul{}, {x, gate}, "gated", {1, 4, 4, 16}, per_tensor(0.03F, -128));
  x = g.op(ir::Mean{{1, 2}, true}, {x}, "mean", {1, 1, 1, 16}, per_tensor(0.02F, -128));
  const auto shape = g.typed_op(ir::ShapeOf{}, {x}, "shape", {4}, ir::DataType::int32);
  const auto one = g.integers("one", {1});
  const auto batch = g.typed_op(ir::StridedSlice{0, 0, 1}, {shape, g.integers("zero", {0}), one, one}, "batch", {},
                                ir::DataType::int32);
  const auto channels = g.constant<std::int32_t>("channels", {}, {16}, ir::DataType::int32);
  const auto flat_shape = g.typed_op(ir::Pack{0}, {batch, channels}, "flat_shape", {2}, ir::DataType::int32);
  x = g.op(ir::Reshape{}, {x, flat_shape}, "flat", {1, 16}, per_tensor(0.02F, -128));
  x = g.op(ir::FullyConnected{}, {x, g.weights("fc/weights", {3, 16}, 0), g.bias("fc/bias", 3)}, "fc", {1, 3},
           per_tensor(0.06F, 5));
  x = g.op(ir::Softmax{}, {x}, "softmax", {1, 3}, per_tensor(1.0F / 256, -128));
  return g.with_outputs({g.op(ir::Dequantize{}, {x}, "probabilities", {1, 3})});
}

}  // namespace thimble::testing
