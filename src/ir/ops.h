// ir/ops.h
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace thimble::ir {

/// Operators as plain structs. An operator's tensors are in `Op::inputs` and `Op::outputs`; what is here are its
/// parameters. Activations are NHWC, batch 1. Padding is always explicit: import computes it from SAME or VALID.

enum class Activation { none, relu, relu6, relu_n1_to_1 };

/// Rows or columns of padding on each side of an image.
struct Padding {
  int top = 0;
  int bottom = 0;
  int left = 0;
  int right = 0;
  bool operator==(const Padding&) const = default;
};

/// Inputs: activation [1,H,W,C], weights [O,KH,KW,C], bias [O] (optional, -1 if absent) and, where the channels of an
/// activation are taken in groups, sums (optional): ir/partial_sums.h.
struct Conv2D {
  int stride_h = 1, stride_w = 1;
  int dilation_h = 1, dilation_w = 1;
  Padding padding;
  Activation activation = Activation::none;
};

/// Inputs: activation [1,H,W,C], weights [1,KH,KW,C*multiplier], bias [C*multiplier] (optional, -1 if absent).
/// Output channel o reads input channel o / multiplier.
struct DepthwiseConv2D {
  int multiplier = 1;
  int stride_h = 1, stride_w = 1;
  int dilation_h = 1, dilation_w = 1;
  Padding padding;
  Activation activation = Activation::none;
};

/// Inputs: activation whose last dimensions flatten to [batch, I], weights [O,I], bias [O] (optional, -1 if absent).
struct FullyConnected {
  Activation activation = Activation::none;
  bool keep_dims = false;
};

/// Element-wise with NumPy broadcasting of either input.
struct Add {
  Activation activation = Activation::none;
};
struct Sub {
  Activation activation = Activation::none;
};
struct Mul {
  Activation activation = Activation::none;
};

enum class PoolKind { average, max };

/// An average divides by the number of pixels that lie inside the image.
struct Pool2D {
  PoolKind kind = PoolKind::average;
  int filter_h = 1, filter_w = 1;
  int stride_h = 1, stride_w = 1;
  Padding padding;
  Activation activation = Activation::none;
};

/// Mean over `axes` (each >= 0, ascending).
struct Mean {
  std::vector<int> axes;
  bool keep_dims = false;
};

/// Elements added before and after each dimension. The value added is `value` if given (in the tensor's own integer
/// representation, or float), else zero, that is, the zero point of a quantized tensor.
struct Pad {
  std::vector<std::array<int, 2>> amounts;
  std::optional<double> value;
};

/// The new shape is the output tensor's. Covers RESHAPE, SQUEEZE and EXPAND_DIMS: the bytes stay as they are.
struct Reshape {};

/// Output dimension d is input dimension permutation[d].
struct Transpose {
  std::vector<int> permutation;
};

struct Concat {
  int axis = 0;
  Activation activation = Activation::none;
};

/// Inputs: activation [1,H,W,C]; the output's size is its tensor's.
struct ResizeNearest {
  bool align_corners = false;
  bool half_pixel_centers = false;
};

/// Along the last dimension.
struct Softmax {
  float beta = 1.0F;
};
struct Sigmoid {};
/// x * relu6(x + 3) / 6. int8 as TFLite's reference kernel has it: reference/hard_swish.h.
struct HardSwish {};
/// A stand-alone activation (RELU, RELU6, RELU_N1_TO_1).
struct Clamp {
  Activation activation = Activation::relu;
};

/// float32 -> quantized, or quantized -> quantized with another scale, zero point or type.
struct Quantize {};
/// Quantized -> float32.
struct Dequantize {};

/// Shape arithmetic, folded into constants by passes/fold_constants: int32 tensors only.
struct ShapeOf {};
struct StridedSlice {
  int begin_mask = 0, end_mask = 0, shrink_axis_mask = 0;  ///< Inputs: tensor, begin, end, strides (constants).
};
struct Pack {
  int axis = 0;
};

/// A block of three layers of which only tiles are there at a time: a pointwise convolution expands, a depthwise one
/// filters, a pointwise one projects (ir/tiled_block.h). Inputs: activation, then weights and bias of each layer. It is
/// what a planner makes of such layers; no model has it.
struct TiledBlock {
  Conv2D expansion;
  DepthwiseConv2D filter;
  Conv2D projection;
  int expanded = -1, filtered = -1;  ///< Tensors of the graph of which tiles are there.
  int rows = 1, columns = 1;         ///< Of outputs, of a tile.
  /// Whether rows of the expansion that the next band of tiles needs too are kept for it, so that nothing is computed
  /// twice; else they are computed again.
  bool keeps_rows = false;
};

using Operator = std::variant<Conv2D, DepthwiseConv2D, FullyConnected, Add, Sub, Mul, Pool2D, Mean, Pad, Reshape,
                              Transpose, Concat, ResizeNearest, Softmax, Sigmoid, HardSwish, Clamp, Quantize,
                              Dequantize, ShapeOf, StridedSlice, Pack, TiledBlock>;

/// Builds an exhaustive visitor from lambdas: std::visit(Overloaded{...}, op.kind) fails to compile if one is missing.
template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

/// The operator's name in dumps, reports and errors: "conv_2d", "average_pool_2d", ...
std::string_view name_of(const Operator& op);

}  // namespace thimble::ir
