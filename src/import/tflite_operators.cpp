#include "import/tflite_operators.h"

#include <algorithm>
#include <limits>
#include <map>

#include "import/tflite_convolutions.h"
#include "import/tflite_parameters.h"

namespace thimble::import {

namespace {

using tflite::BuiltinOperator;

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
      {AVERAGE_POOL_2D, average_pool_2d},
      {MAX_POOL_2D, max_pool_2d},
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
      {HARD_SWISH, plain<ir::HardSwish>},
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

/// Only a bias and RESHAPE's shape may be absent, only a list of axes or sizes may be empty.
void check_operands(const Layer& layer) {
  const char* name = tflite::EnumNameBuiltinOperator(layer.code);
  if (layer.op.inputs.empty()) layer.refuse("{} has no input", name);
  for (std::size_t i = 0; i < layer.op.inputs.size(); ++i) {
    const bool optional = (has_weights(layer.code) && i == 2) || (layer.code == BuiltinOperator::RESHAPE && i == 1);
    if (!layer.has_input(i) && !optional) layer.refuse("{} lacks its input {}", name, i);
    if (layer.has_input(i) && layer.input(i).elements() == 0 &&
        (i == 0 || layer.input(i).type != ir::DataType::int32)) {
      layer.refuse("its input \"{}\" has no elements", layer.input(i).name);
    }
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
  if (layer.output().elements() == 0) layer.refuse("its output has no elements");
  check_operands(layer);
  readers().at(layer.code)(layer, op);
  check_types(layer, op);
  return op;
}

}  // namespace thimble::import
