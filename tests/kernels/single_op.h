// Graphs of one operator with values from a seeded generator, extremes included.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "ir/graph.h"
#include "ir/shapes.h"
#include "reference/interpreter.h"

#ifndef THIMBLE_SINGLE_ROUNDING
#define THIMBLE_SINGLE_ROUNDING 0
#endif
#ifndef THIMBLE_COLUMN_TILES
#define THIMBLE_COLUMN_TILES 0
#endif
#ifndef THIMBLE_PACKED_CHANNELS
#define THIMBLE_PACKED_CHANNELS 0
#endif

namespace thimble::testing {

using Random = std::mt19937;

inline int any_of(Random& random, int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); }
inline int one_of(Random& random, const std::vector<int>& values) {
  return values[static_cast<std::size_t>(any_of(random, 0, static_cast<int>(values.size()) - 1))];
}
/// A zero point: often an extreme of int8.
inline int any_zero_point(Random& random) { return one_of(random, {-128, 127, 0, any_of(random, -128, 127)}); }
inline float any_scale(Random& random) { return std::exp2(std::uniform_real_distribution<float>(-8, 0)(random)); }

/// How the kernels that this program is compiled with round.
inline constexpr ir::Rounding kernels_rounding = THIMBLE_SINGLE_ROUNDING ? ir::Rounding::once : ir::Rounding::twice;
/// Whether they gather tiles of columns.
inline constexpr bool kernels_have_tiles = THIMBLE_COLUMN_TILES != 0;
/// The largest bias that they have room for, and a zero point's part.
inline constexpr int most_bias = THIMBLE_PACKED_CHANNELS != 0 ? 60'000'000 : 2'147'000'000;

/// One operator between tensors 0, 1, ... and the last one.
struct SingleOp {
  ir::Graph graph;
  std::vector<reference::Bytes> inputs;  ///< Values of op.inputs.

  const ir::Op& op() const { return graph.ops.at(0); }
  const ir::Tensor& output() const { return graph.tensor(op().outputs.at(0)); }
  reference::Bytes expected() const { return reference::evaluate(graph, op(), inputs).at(0); }
};

/// `bytes` bytes: all values, with runs of the extremes.
inline reference::Bytes any_bytes(Random& random, std::size_t bytes) {
  reference::Bytes values(bytes);
  const int style = any_of(random, 0, 5);
  for (std::byte& value : values) {
    const int v = style == 0 ? -128 : style == 1 ? 127 : any_of(random, -128, 127);
    value = static_cast<std::byte>(static_cast<std::int8_t>(v));
  }
  return values;
}

/// Adds an int8 activation with random values.
inline ir::TensorId add_activation(SingleOp& single, Random& random, ir::Shape shape, float scale, int zero_point) {
  ir::Tensor tensor;
  tensor.name = "tensor" + std::to_string(single.graph.tensors.size());
  tensor.shape = std::move(shape);
  tensor.quantization = ir::Quantization{{scale}, {zero_point}, 0};
  single.inputs.push_back(any_bytes(random, static_cast<std::size_t>(tensor.bytes())));
  return single.graph.add_tensor(std::move(tensor));
}

/// Adds the output, and the operator over `inputs`.
inline void add_op(SingleOp& single, ir::Operator kind, std::vector<ir::TensorId> inputs, float scale, int zero_point,
                   ir::Shape shape = {}) {
  ir::Tensor out;
  out.name = "output";
  out.shape = std::move(shape);
  out.quantization = ir::Quantization{{scale}, {zero_point}, 0};
  single.graph.name = "single_op";
  single.graph.rounding = kernels_rounding;
  const ir::TensorId id = single.graph.add_tensor(std::move(out));
  single.graph.ops.push_back({std::move(kind), std::move(inputs), {id}});
  if (single.output().shape.empty()) {
    single.graph.tensor(id).shape = ir::output_shapes(single.graph, single.op()).at(0);
  }
}

/// What a convolution's test varies.
struct ConvCase {
  int in_h = 5, in_w = 5, in_ch = 4, out_ch = 4;  ///< out_ch: the multiplier of a depthwise one.
  int kernel_h = 3, kernel_w = 3, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  ir::Padding padding;
  bool depthwise = false;
  bool connected = false;  ///< A fully connected layer of in_h * in_w batches.
  bool bias = true;
  bool strange_channels = false;  ///< Some have a negative scale, a large one, or a tiny one and a huge bias.
  double spread = 1;              ///< Of the outputs: 1 fills int8, 100 saturates nearly all.
  ir::Activation activation = ir::Activation::none;
};

inline SingleOp conv_op(Random& random, const ConvCase& c) {
  SingleOp single;
  const int channels = c.depthwise ? c.in_ch * c.out_ch : c.out_ch;
  const int depth = c.connected ? c.in_ch : c.kernel_h * c.kernel_w * (c.depthwise ? 1 : c.in_ch);
  const float in_scale = any_scale(random);
  const int zero_point = any_zero_point(random);
  const ir::Shape in = c.connected ? ir::Shape{c.in_h * c.in_w, c.in_ch} : ir::Shape{1, c.in_h, c.in_w, c.in_ch};
  const ir::TensorId input = add_activation(single, random, in, in_scale, zero_point);

  ir::Tensor weights;
  weights.name = "weights";
  weights.shape = c.connected   ? ir::Shape{channels, c.in_ch}
                  : c.depthwise ? ir::Shape{1, c.kernel_h, c.kernel_w, channels}
                                : ir::Shape{channels, c.kernel_h, c.kernel_w, c.in_ch};
  ir::Quantization scales{{}, {}, c.depthwise ? 3 : 0};
  for (int o = 0; o < (c.connected ? 1 : channels); ++o) {
    float scale = std::exp2(std::uniform_real_distribution<float>(-9, -4)(random));
    if (c.strange_channels && !c.connected && any_of(random, 0, 3) == 0)
      scale *= std::vector{1e-7F, -1.0F, -1.0F, 200.0F, -200.0F}[static_cast<std::size_t>(any_of(random, 0, 4))];
    scales.scale.push_back(scale);
    scales.zero_point.push_back(0);
  }
  weights.quantization = scales;
  std::vector<std::int8_t> values(static_cast<std::size_t>(weights.elements()));
  for (auto& value : values) value = static_cast<std::int8_t>(one_of(random, {-127, 127, any_of(random, -127, 127)}));
  weights.data = ir::constant_data<std::int8_t>(values);
  single.inputs.emplace_back(weights.data->begin(), weights.data->end());
  const ir::TensorId weights_id = single.graph.add_tensor(std::move(weights));

  ir::TensorId bias_id = ir::no_tensor;
  if (c.bias) {
    ir::Tensor bias;
    bias.name = "bias";
    bias.shape = {channels};
    bias.type = ir::DataType::int32;
    std::vector<std::int32_t> biases(static_cast<std::size_t>(channels));
    for (auto& value : biases) value = any_of(random, -20000, 20000);
    for (std::size_t o = 0; o < scales.scale.size() && c.strange_channels; ++o) {
      if (std::abs(scales.scale[o]) < 1e-5F) biases[o] = any_of(random, -most_bias, most_bias);
    }
    bias.data = ir::constant_data<std::int32_t>(biases);
    single.inputs.emplace_back(bias.data->begin(), bias.data->end());
    bias_id = single.graph.add_tensor(std::move(bias));
  } else {
    single.inputs.emplace_back();
  }

  const double product = double{in_scale} * 0.02 * 100 * 100 * std::sqrt(depth);
  const auto out_scale = static_cast<float>(product / 128 / c.spread);
  ir::Operator kind = ir::FullyConnected{c.activation, false};
  if (c.depthwise) {
    kind = ir::DepthwiseConv2D{c.out_ch, c.stride_h, c.stride_w, c.dilation_h, c.dilation_w, c.padding, c.activation};
  } else if (!c.connected) {
    kind = ir::Conv2D{c.stride_h, c.stride_w, c.dilation_h, c.dilation_w, c.padding, c.activation};
  }
  add_op(single, std::move(kind), {input, weights_id, bias_id}, out_scale, any_zero_point(random));
  return single;
}

}  // namespace thimble::testing
