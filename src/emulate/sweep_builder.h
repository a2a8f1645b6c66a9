// emulate/sweep_builder.h: makes the single-operator graphs of the sweep.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "emulate/draws.h"
#include "ir/graph.h"

namespace thimble::emulate {

/// Sizes of a convolution, depthwise convolution (out_ch is a multiple of in_ch) or fully connected layer.
struct SweptConvolution {
  bool depthwise = false;
  bool fully_connected = false;
  int in_h = 1, in_w = 1, in_ch = 1, out_ch = 1;
  int kernel_h = 1, kernel_w = 1, stride = 1, dilation = 1;
  ir::Padding padding;
  bool clamped = false;
  bool has_outliers = false;  ///< One of eight channels scales by more than SIMD requantizes fast.
};

/// A graph of one operator between int8 tensors. Scales let outputs spread over the range of int8, zero points let a
/// relu clamp.
class SweepBuilder {
 public:
  explicit SweepBuilder(Draws& draws) : draws_(draws) {}

  ir::TensorId input(ir::Shape shape, float scale = 0.05F, int zero_point = -3);
  ir::TensorId constant(ir::Shape shape, ir::Quantization quantization);
  ir::TensorId bias(int channels, const ir::Quantization& of_weights, float in_scale);
  /// Adds the operator and its output, whose shape follows from the inputs unless it is given.
  ir::Graph finish(ir::Operator kind, std::vector<ir::TensorId> inputs, float scale, int zero_point,
                   ir::Shape shape = {});

 private:
  Draws& draws_;
  ir::Graph graph_;
};

ir::Graph convolution_graph(Draws& draws, const SweptConvolution& c);

/// A pointwise convolution whose input channels come in groups, from an input each: a chain of ir/partial_sums.h.
ir::Graph partial_graph(Draws& draws, const SweptConvolution& c, std::span<const int> groups);

}  // namespace thimble::emulate
