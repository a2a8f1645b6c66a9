#include "import/tflite_operators.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "ir/shapes.h"

namespace thimble::import {

namespace {

using tflite::BuiltinOperator;

template <typename Options>
const Options& required(const Layer& layer, const Options* options) {
  if (!options) layer.refuse("{} has no options", tflite::EnumNameBuiltinOperator(layer.code));
  return *options;
}

ir::Activation activation_of(const Layer& layer, tflite::ActivationFunctionType type) {
  switch (type) {
    case tflite::ActivationFunctionType::NONE:
      return ir::Activation::none;
    case tflite::ActivationFunctionType::RELU:
      return ir::Activation::relu;
    case tflite::ActivationFunctionType::RELU6:
      return ir::Activation::relu6;
    case tflite::ActivationFunctionType::RELU_N1_TO_1:
      return ir::Activation::relu_n1_to_1;
    default:
      layer.refuse("fused activation {} is not supported (RELU, RELU6 and RELU_N1_TO_1 are)",
                   tflite::EnumNameActivationFunctionType(type));
  }
}

/// The values of input `i`, which must be a constant of integers: axes, paddings, shapes.
std::vector<int> integers(const Layer& layer, std::size_t i, std::string_view what) {
  if (!layer.has_input(i) || !layer.input(i).is_constant()) {
    layer.refuse("its {} are computed, which is not supported (constants are)", what);
  }
  const ir::Tensor& tensor = layer.input(i);
  std::vector<int> out;
  if (tensor.type == ir::DataType::int32) return tensor.values<std::int32_t>();
  if (tensor.type != ir::DataType::int64) layer.refuse("its {} are {}, not int32", what, ir::name_of(tensor.type));
  for (const std::int64_t value : tensor.values<std::int64_t>()) {
    if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
      layer.refuse("its {} do not fit 32 bits", what);
    }
    out.push_back(static_cast<int>(value));
  }
  return out;
}

/// A dimension of `rank`, counted from the end where negative.
int axis_within(const Layer& layer, int axis, std::size_t rank) {
  const int dimensions = static_cast<int>(rank);
  if (axis < -dimensions || axis >= dimensions) layer.refuse("axis {} of {} dimensions", axis, rank);
  return axis < 0 ? axis + dimensions : axis;
}

const ir::Shape& image_shape(const Layer& layer) {
  const ir::Shape& shape = layer.input(0).shape;
  if (shape.size() != 4) layer.refuse("its input {} is not a batch of images", ir::text_of(shape));
  if (shape[0] != 1) layer.refuse("a batch of {} is not supported (1 is)", shape[0]);
  return shape;
}

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

template <ir::PoolKind kind>
void pool_2d(const Layer& layer, ir::Op& op) {
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
  op.kind = pool;
}

// Old writers leave the options of element-wise operators out where they are the defaults.
void add(const Layer& layer, ir::Op& op) {
  const auto* options = layer.source.builtin_options_as_AddOptions();
  op.kind = ir::Add{options ? activation_of(layer, options->fused_activation_function()) : ir::Activation::none};
}

void sub(const Layer& layer, ir::Op& op) {
  const auto* options = layer.source.builtin_options_as_SubOptions();
  op.kind = ir::Sub{options ? activation_of(layer, options->fused_activation_function()) : ir::Activation::none};
}

void mul(const Layer& layer, ir::Op& op) {
  const auto* options = layer.source.builtin_options_as_MulOptions();
  op.kind = ir::Mul{options ? activation_of(layer, options->fused_activation_function()) : ir::Activation::none};
}

void mean(const Layer& layer, ir::Op& op) {
  const auto* options = layer.source.builtin_options_as_ReducerOptions();
  ir::Mean mean;
  mean.keep_dims = options && options->keep_dims();
  for (const int axis : integers(layer, 1, "axes")) {
    mean.axes.push_back(axis_within(layer, axis, layer.input(0).shape.size()));
  }
  std::sort(mean.axes.begin(), mean.axes.end());
  mean.axes.erase(std::unique(mean.axes.begin(), mean.axes.end()), mean.axes.end());
  op.kind = mean;
  op.inputs.resize(1);
}

/// The scalar that PADV2 fills with.
double pad_value(const Layer& layer) {
  const ir::Tensor& value = layer.input(2);
  if (!value.is_constant() || value.elements() != 1 || value.type != layer.input(0).type) {
    layer.refuse("its padding value is not a constant {}", ir::name_of(layer.input(0).type));
  }
  switch (value.type) {
    case ir::DataType::int8:
      return value.values<std::int8_t>()[0];
    case ir::DataType::int32:
      return value.values<std::int32_t>()[0];
    case ir::DataType::float32:
      return static_cast<double>(value.values<float>()[0]);
    default:
      layer.refuse("a padding value of {} is not supported (int8 and float32 are)", ir::name_of(value.type));
  }
}

void pad(const Layer& layer, ir::Op& op) {
  // Far above any real padding, and small enough that sizes cannot overflow.
  constexpr int most = 32767;
  const std::vector<int> paddings = integers(layer, 1, "paddings");
  if (paddings.size() != 2 * layer.input(0).shape.size()) {
    layer.refuse("{} paddings for an input of {}", paddings.size(), ir::text_of(layer.input(0).shape));
  }
  ir::Pad pad;
  for (std::size_t d = 0; d < paddings.size(); d += 2) {
    for (const int amount : {paddings[d], paddings[d + 1]}) {
      if (amount < 0 || amount > most) layer.refuse("padding by {}", amount);
    }
    pad.amounts.push_back({paddings[d], paddings[d + 1]});
  }
  if (layer.has_input(2)) pad.value = pad_value(layer);
  op.kind = pad;
  op.inputs.resize(1);
}

/// RESHAPE keeps its shape input, which may be computed until passes/ fold it.
void reshape(const Layer& layer, ir::Op& op) {
  if (op.inputs.size() == 2 && !layer.has_input(1)) op.inputs.resize(1);
  op.kind = ir::Reshape{};
}

/// SQUEEZE and EXPAND_DIMS: the output's shape says it all.
void reshape_to_output(const Layer&, ir::Op& op) {
  op.inputs.resize(1);
  op.kind = ir::Reshape{};
}

void transpose(const Layer& layer, ir::Op& op) {
  ir::Transpose transpose;
  for (const int axis : integers(layer, 1, "permutation's entries")) {
    transpose.permutation.push_back(axis_within(layer, axis, layer.input(0).shape.size()));
  }
  op.kind = transpose;
  op.inputs.resize(1);
}

void concatenation(const Layer& layer, ir::Op& op) {
  const auto& options = required(layer, layer.source.builtin_options_as_ConcatenationOptions());
  const int axis = axis_within(layer, options.axis(), layer.input(0).shape.size());
  std::int64_t size = 0;
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    if (!layer.has_input(i) || layer.input(i).shape.size() != layer.input(0).shape.size()) {
      layer.refuse("its inputs differ in their number of dimensions");
    }
    size += layer.input(i).shape[static_cast<std::size_t>(axis)];
  }
  const ir::Shape& out = layer.output().shape;
  if (out.size() != layer.input(0).shape.size() || size != out[static_cast<std::size_t>(axis)]) {
    layer.refuse("its inputs have {} along axis {}, its output is {}", size, axis, ir::text_of(out));
  }
  op.kind = ir::Concat{axis, activation_of(layer, options.fused_activation_function())};
}

void resize_nearest(const Layer& layer, ir::Op& op) {
  const auto* options = layer.source.builtin_options_as_ResizeNearestNeighborOptions();
  image_shape(layer);
  const std::vector<int> size = integers(layer, 1, "sizes");
  const ir::Shape& out = layer.output().shape;
  if (size.size() != 2 || out.size() != 4 || size[0] != out[1] || size[1] != out[2]) {
    layer.refuse("its size does not fit its output {}", ir::text_of(out));
  }
  op.kind = ir::ResizeNearest{options && options->align_corners(), options && options->half_pixel_centers()};
  op.inputs.resize(1);
}

void softmax(const Layer& layer, ir::Op& op) {
  const auto& options = required(layer, layer.source.builtin_options_as_SoftmaxOptions());
  if (!(options.beta() > 0 && options.beta() <= std::numeric_limits<float>::max())) {
    layer.refuse("beta {}", options.beta());
  }
  op.kind = ir::Softmax{options.beta()};
}

template <ir::Activation activation>
void clamp(const Layer&, ir::Op& op) {
  op.kind = ir::Clamp{activation};
}

template <typename Kind>
void plain(const Layer&, ir::Op& op) {
  op.kind = Kind{};
}

void strided_slice(const Layer& layer, ir::Op& op) {
  const auto& options = required(layer, layer.source.builtin_options_as_StridedSliceOptions());
  if (options.ellipsis_mask() != 0 || options.new_axis_mask() != 0 || options.offset()) {
    layer.refuse("STRIDED_SLICE with an ellipsis, new axes or offsets is not supported (begin, end, strides are)");
  }
  if (op.inputs.size() != 4) layer.refuse("STRIDED_SLICE has {} inputs", op.inputs.size());
  for (const std::size_t i : {1U, 2U, 3U}) {
    const std::vector<int> values = integers(layer, i, "bounds");
    if (values.size() != layer.input(0).shape.size() || layer.input(i).type != ir::DataType::int32) {
      layer.refuse("{} bounds for an input of {}", values.size(), ir::text_of(layer.input(0).shape));
    }
    if (i == 3 && std::find(values.begin(), values.end(), 0) != values.end()) layer.refuse("a stride of 0");
  }
  op.kind = ir::StridedSlice{options.begin_mask(), options.end_mask(), options.shrink_axis_mask()};
}

void pack(const Layer& layer, ir::Op& op) {
  const auto& options = required(layer, layer.source.builtin_options_as_PackOptions());
  if (!layer.has_input(0)) layer.refuse("PACK has no inputs");
  op.kind = ir::Pack{axis_within(layer, options.axis(), layer.input(0).shape.size() + 1)};
}

using Reader = void (*)(const Layer&, ir::Op&);

const std::map<BuiltinOperator, Reader>& readers() {
  using enum BuiltinOperator;
  static const std::map<BuiltinOperator, Reader> table = {
      {CONV_2D, conv_2d},
      {DEPTHWISE_CONV_2D, depthwise_conv_2d},
      {FULLY_CONNECTED, fully_connected},
      {AVERAGE_POOL_2D, pool_2d<ir::PoolKind::average>},
      {MAX_POOL_2D, pool_2d<ir::PoolKind::max>},
      {ADD, add},
      {SUB, sub},
      {MUL, mul},
      {MEAN, mean},
      {PAD, pad},
      {PADV2, pad},
      {RESHAPE, reshape},
      {SQUEEZE, reshape_to_output},
      {EXPAND_DIMS, reshape_to_output},
      {TRANSPOSE, transpose},
      {CONCATENATION, concatenation},
      {RESIZE_NEAREST_NEIGHBOR, resize_nearest},
      {SOFTMAX, softmax},
      {LOGISTIC, plain<ir::Sigmoid>},
      {RELU, clamp<ir::Activation::relu>},
      {RELU6, clamp<ir::Activation::relu6>},
      {RELU_N1_TO_1, clamp<ir::Activation::relu_n1_to_1>},
      {QUANTIZE, plain<ir::Quantize>},
      {DEQUANTIZE, plain<ir::Dequantize>},
      {SHAPE, plain<ir::ShapeOf>},
      {STRIDED_SLICE, strided_slice},
      {PACK, pack},
  };
  return table;
}

/// Operators that move values and do not compute with them take any type; the others take int8 and float32.
bool moves_values(BuiltinOperator code) {
  using enum BuiltinOperator;
  return code == RESHAPE || code == SQUEEZE || code == EXPAND_DIMS || code == TRANSPOSE || code == SHAPE ||
         code == STRIDED_SLICE || code == PACK || code == QUANTIZE || code == DEQUANTIZE;
}

/// Activations must be quantized by one positive scale; constants beside weights too.
void check_scale(const Layer& layer, const ir::Tensor& tensor) {
  if (tensor.type != ir::DataType::int8 && tensor.type != ir::DataType::uint8) return;
  if (!tensor.quantization) layer.refuse("\"{}\" is {} without a scale", tensor.name, ir::name_of(tensor.type));
  const std::vector<float>& scale = tensor.quantization->scale;
  if (scale.size() != 1) layer.refuse("\"{}\" has {} scales; activations have one", tensor.name, scale.size());
  if (!(scale[0] > 0)) layer.refuse("\"{}\" has a scale of {}", tensor.name, scale[0]);
}

bool has_weights(BuiltinOperator code) {
  using enum BuiltinOperator;
  return code == CONV_2D || code == DEPTHWISE_CONV_2D || code == FULLY_CONNECTED;
}

/// Only a bias and RESHAPE's shape may be absent.
void check_inputs_present(const Layer& layer) {
  const char* name = tflite::EnumNameBuiltinOperator(layer.code);
  if (layer.op.inputs.empty()) layer.refuse("{} has no input", name);
  for (std::size_t i = 0; i < layer.op.inputs.size(); ++i) {
    const bool optional = (has_weights(layer.code) && i == 2) || (layer.code == BuiltinOperator::RESHAPE && i == 1);
    if (!layer.has_input(i) && !optional) layer.refuse("{} lacks its input {}", name, i);
  }
}

void check_types(const Layer& layer, const ir::Op& op) {
  const ir::DataType type = layer.input(0).type;
  if (!moves_values(layer.code) && type != ir::DataType::int8 && type != ir::DataType::float32) {
    layer.refuse("{} of {} is not supported (int8 and float32 are)", tflite::EnumNameBuiltinOperator(layer.code),
                 ir::name_of(type));
  }
  if (moves_values(layer.code) && layer.code != BuiltinOperator::QUANTIZE &&
      layer.code != BuiltinOperator::DEQUANTIZE) {
    return;
  }
  check_scale(layer, layer.output());
  for (std::size_t i = 0; i < (has_weights(layer.code) ? 1 : op.inputs.size()); ++i) check_scale(layer, layer.input(i));
}

}  // namespace

bool is_supported(BuiltinOperator code) { return readers().contains(code); }

ir::Op import_operator(const Layer& layer) {
  ir::Op op = layer.op;
  if (op.outputs.size() != 1) layer.refuse("{} outputs", op.outputs.size());
  check_inputs_present(layer);
  readers().at(layer.code)(layer, op);
  check_types(layer, op);
  return op;
}

}  // namespace thimble::import
