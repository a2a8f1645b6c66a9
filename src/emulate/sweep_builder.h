// emulate/sweep_builder.h: makes the single-operator graphs of the sweep.
#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "ir/graph.h"

namespace thimble::emulate {

/// A generator whose draws are the same with every standard library.
class Draws {
 public:
  explicit Draws(std::uint32_t seed) : bits_(seed) {}
  int between(int low, int high) { return low + static_cast<int>(bits_() % static_cast<unsigned>(high - low + 1)); }
  int one_of(const std::vector<int>& values) { return values[bits_() % values.size()]; }
  bool once_in(int times) { return bits_() % static_cast<unsigned>(times) == 0; }

 private:
  std::mt19937 bits_;
};

/// Sizes of a convolution, depthwise convolution (out_ch is a multiple of in_ch) or fully connected layer.
struct SweptConvolution {
  bool depthwise = false;
  bool fully_connected = false;
  int in_h = 1, in_w = 1, in_ch = 1, out_ch = 1;
  int kernel_h = 1, kernel_w = 1, stride = 1, dilation = 1;
  ir::Padding padding;
  bool clamped = false;
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

}  // namespace thimble::emulate
