#include "import/tflite_convolutions.h"

#include <algorithm>
#include <array>
#include <utility>

#include "import/tflite_parameters.h"
#include "ir/shapes.h"

namespace thimble::import {

namespace {

/// What a window slides by, and the padding that `SAME` or `VALID` then stands for.
struct Window {
  std::array<int, 2> filter;
  std::array<int, 2> stride;
  std::array<int, 2> dilation = {1, 1};
};

ir::Padding explicit_padding(const Layer& layer, tflite::Padding padding, const Window& window) {
  // Keeps every product below 32 bits; no layer of a real network comes near.
  constexpr int most = 32767;
  const ir::Shape& shape = image_shape(layer);
  for (std::size_t d = 0; d < 2; ++d) {
    if (window.filter[d] < 1 || window.filter[d] > most) layer.refuse("filter size {}", window.filter[d]);
    if (window.stride[d] < 1 || window.stride[d] > most) layer.refuse("stride {}", window.stride[d]);
    if (window.dilation[d] < 1 || std::int64_t{window.dilation[d]} * window.filter[d] > most) {
      layer.refuse("dilation {}", window.dilation[d]);
    }
    if (shape[1 + d] > most) layer.refuse("an input of {}", ir::text_of(shape));
  }
  if (padding == tflite::Padding::VALID) return {};
  if (padding != tflite::Padding::SAME) layer.refuse("padding is neither SAME nor VALID");
  const auto rows = ir::same_padding(shape[1], window.filter[0], window.stride[0], window.dilation[0]);
  const auto columns = ir::same_padding(shape[2], window.filter[1], window.stride[1], window.dilation[1]);
  return {rows[0], rows[1], columns[0], columns[1]};
}

/// Checks the numeric types of a layer with weights and gives it its third input, absent if the file has no bias.
void check_weights(const Layer& layer, ir::Op& op) {
  if (op.inputs.size() < 2 || op.inputs.size() > 3 || !layer.has_input(1)) {
    layer.refuse("{} has {} inputs", tflite::EnumNameBuiltinOperator(layer.code), op.inputs.size());
  }
  op.inputs.resize(3, ir::no_tensor);
  const ir::Tensor& in = layer.input(0);
  const ir::Tensor& weights = layer.input(1);
  if (!weights.is_constant()) layer.refuse("its weights are computed, which is not supported (constants are)");
  if (in.type == ir::DataType::float32 && weights.type != ir::DataType::float32) {
    throw Error(
        fmt::format("{}: layer {} \"{}\": hybrid quantization (float32 activations, {} weights) is not supported",
                    layer.graph.name, layer.index, layer.output().name, ir::name_of(weights.type)),
        "convert with a representative dataset and full integer quantization (int8)");
  }
  if (in.type == ir::DataType::uint8) {
    throw Error(fmt::format("{}: layer {} \"{}\": legacy uint8 quantization is not supported (int8 is)",
                            layer.graph.name, layer.index, layer.output().name),
                "convert the model again with full integer quantization (int8)");
  }
  if (weights.type != in.type) {
    layer.refuse("{} activations with {} weights are not supported (int8 with int8 is)", ir::name_of(in.type),
                 ir::name_of(weights.type));
  }
  if (layer.output().type != in.type) {
    layer.refuse("reads {} and computes {}", ir::name_of(in.type), ir::name_of(layer.output().type));
  }
  if (in.type == ir::DataType::int8) {
    if (!weights.quantization) layer.refuse("its weights have no scale");
    const std::vector<int>& zeros = weights.quantization->zero_point;
    if (std::any_of(zeros.begin(), zeros.end(), [](int zero) { return zero != 0; })) {
      layer.refuse("its weights have a zero point other than 0, which the int8 specification does not allow");
    }
  }
  if (!layer.has_input(2)) return;
  const ir::Tensor& bias = layer.input(2);
  const ir::DataType expected = in.type == ir::DataType::int8 ? ir::DataType::int32 : ir::DataType::float32;
  if (!bias.is_constant() || bias.type != expected) {
    layer.refuse("its bias is not a constant {}", ir::name_of(expected));
  }
}

/// Per-channel scales must lie along the dimension that the operator writes its output channels from.
void check_channels(const Layer& layer, std::size_t dimension) {
  const ir::Tensor& weights = layer.input(1);
  if (weights.shape.size() <= dimension) layer.refuse("weights of {}", ir::text_of(weights.shape));
  const int channels = weights.shape[dimension];
  if (layer.has_input(2) && layer.input(2).elements() != channels) {
    layer.refuse("a bias of {} for {} output channels", layer.input(2).elements(), channels);
  }
  if (weights.quantization && weights.quantization->scale.size() > 1 &&
      std::cmp_not_equal(weights.quantization->axis, dimension)) {
    layer.refuse("weights quantized along dimension {} are not supported ({} is)", weights.quantization->axis,
                 dimension);
  }
}

std::array<int, 2> filter_of(const Layer& layer) {
  const ir::Shape& shape = layer.input(1).shape;
  if (shape.size() != 4) layer.refuse("weights of {}", ir::text_of(shape));
  return {shape[1], shape[2]};
}

}  // namespace

void conv_2d(const Layer& layer, ir::Op& op) {
  const auto& options = required(layer, layer.source.builtin_options_as_Conv2DOptions());
  check_weights(layer, op);
  check_channels(layer, 0);
  ir::Conv2D conv;
  conv.stride_h = options.stride_h();
  conv.stride_w = options.stride_w();
  conv.dilation_h = options.dilation_h_factor();
  conv.dilation_w = options.dilation_w_factor();
  conv.padding = explicit_padding(
      layer, options.padding(), {filter_of(layer), {conv.stride_h, conv.stride_w}, {conv.dilation_h, conv.dilation_w}});
  conv.activation = activation_of(layer, options.fused_activation_function());
  op.kind = conv;
}

void depthwise_conv_2d(const Layer& layer, ir::Op& op) {
  const auto& options = required(layer, layer.source.builtin_options_as_DepthwiseConv2DOptions());
  check_weights(layer, op);
  check_channels(layer, 3);
  const int channels = image_shape(layer)[3];
  ir::DepthwiseConv2D conv;
  // The file's depth_multiplier is redundant and in some files wrong; runtimes go by the shapes.
  conv.multiplier = channels > 0 ? layer.input(1).shape[3] / channels : 0;
  conv.stride_h = options.stride_h();
  conv.stride_w = options.stride_w();
  conv.dilation_h = options.dilation_h_factor();
  conv.dilation_w = options.dilation_w_factor();
  conv.padding = explicit_padding(
      layer, options.padding(), {filter_of(layer), {conv.stride_h, conv.stride_w}, {conv.dilation_h, conv.dilation_w}});
  conv.activation = activation_of(layer, options.fused_activation_function());
  op.kind = conv;
}

void fully_connected(const Layer& layer, ir::Op& op) {
  const auto& options = required(layer, layer.source.builtin_options_as_FullyConnectedOptions());
  check_weights(layer, op);
  check_channels(layer, 0);
  if (options.weights_format() != tflite::FullyConnectedOptionsWeightsFormat::DEFAULT) {
    layer.refuse("shuffled weights are not supported (the default order is)");
  }
  op.kind = ir::FullyConnected{activation_of(layer, options.fused_activation_function()), options.keep_num_dims()};
}

namespace {

ir::Pool2D pool_2d(const Layer& layer, ir::PoolKind kind) {
  const auto& options = required(layer, layer.source.builtin_options_as_Pool2DOptions());
  ir::Pool2D pool;
  pool.kind = kind;
  pool.filter_h = options.filter_height();
  pool.filter_w = options.filter_width();
  pool.stride_h = options.stride_h();
  pool.stride_w = options.stride_w();
  pool.padding =
      explicit_padding(layer, options.padding(), {{pool.filter_h, pool.filter_w}, {pool.stride_h, pool.stride_w}});
  pool.activation = activation_of(layer, options.fused_activation_function());
  return pool;
}

}  // namespace

void average_pool_2d(const Layer& layer, ir::Op& op) { op.kind = pool_2d(layer, ir::PoolKind::average); }
void max_pool_2d(const Layer& layer, ir::Op& op) { op.kind = pool_2d(layer, ir::PoolKind::max); }

}  // namespace thimble::import
