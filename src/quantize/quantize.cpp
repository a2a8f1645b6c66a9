#include "quantize/quantize.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/index.h"
#include "ir/verify.h"
#include "quantize/affine.h"
#include "quantize/assign_scales.h"
#include "quantize/ends.h"
#include "quantize/fold_batch_norm.h"
#include "quantize/layer_constants.h"
#include "quantize/layers.h"

namespace thimble::quantize {

namespace {

void check_is_float(const ir::Graph& graph) {
  for (const ir::Op& op : graph.ops) {
    for (const ir::TensorId id : op.inputs) {
      if (id == ir::no_tensor) continue;
      const ir::Tensor& tensor = graph.tensor(id);
      const bool is_index = tensor.type == ir::DataType::int32 || tensor.type == ir::DataType::int64;
      if (tensor.type == ir::DataType::float32 || is_index) continue;
      throw Error(fmt::format("{}: \"{}\" is {}: only a float32 model can be quantized", graph.name, tensor.name,
                              ir::name_of(tensor.type)),
                  tensor.is_constant() ? "this is a hybrid (dynamic-range) model: take the float one it was made of"
                                       : "the model is quantized already");
    }
    if (std::holds_alternative<ir::Quantize>(op.kind) || std::holds_alternative<ir::Dequantize>(op.kind)) {
      fail("{}: \"{}\" quantizes already", graph.name, graph.name_of(op));
    }
  }
}

/// A tensor of the layer's own with quantized values: constants may be shared by layers that need other scales.
template <typename T>
ir::TensorId add_constant(ir::Graph& graph, ir::Tensor like, ir::DataType type, const std::vector<T>& values,
                          ir::Quantization quantization) {
  like.type = type;
  like.data = ir::constant_data(std::span<const T>(values));
  like.quantization = std::move(quantization);
  return graph.add_tensor(std::move(like));
}

void quantize_layer(ir::Graph& graph, ir::Op& op, const ChannelLayout& layout, const Affine& input, bool per_channel) {
  const ir::Tensor weights = graph.tensor(op.inputs[1]);
  if (!weights.is_constant()) fail("{}: the weights of \"{}\" are not constant", graph.name, graph.name_of(op));
  std::vector<float> bias;
  if (op.inputs[2] != ir::no_tensor) bias = graph.tensor(op.inputs[2]).values<float>();
  if (!bias.empty() && bias.size() != layout.channels) {
    fail("{}: \"{}\" has {} biases for {} channels", graph.name, graph.name_of(op), bias.size(), layout.channels);
  }
  const std::vector<float> values = weights.values<float>();
  const auto is_finite = [](float value) { return std::isfinite(value); };
  if (!std::all_of(values.begin(), values.end(), is_finite) || !std::all_of(bias.begin(), bias.end(), is_finite)) {
    fail("{}: a weight or bias of \"{}\" is not finite", graph.name, graph.name_of(op));
  }
  const QuantizedConstants constants = quantize_constants(values, layout, bias, input.scale, per_channel);
  const std::vector<int> zero_points(constants.weight_scale.size(), 0);
  op.inputs[1] = add_constant(
      graph, weights, ir::DataType::int8, constants.weights,
      {.scale = constants.weight_scale, .zero_point = zero_points, .axis = per_channel ? channel_axis(op) : 0});
  if (bias.empty()) return;
  op.inputs[2] = add_constant(graph, graph.tensor(op.inputs[2]), ir::DataType::int32, constants.bias,
                              {.scale = constants.bias_scale, .zero_point = zero_points, .axis = 0});
}

/// The padding value in the integers of the padded tensor.
void quantize_pad_value(ir::Pad& pad, const Affine& affine) {
  if (pad.value) pad.value = quantized(static_cast<float>(*pad.value), affine);
}

void quantize_operators(ir::Graph& graph, const std::vector<std::optional<Affine>>& scales,
                        const QuantizeOptions& options) {
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    // A copy: adding tensors leaves it alone.
    ir::Op op = graph.ops[i];
    if (const std::optional<ChannelLayout> layout = channel_layout(graph, op)) {
      const bool is_dense = std::holds_alternative<ir::FullyConnected>(op.kind);
      quantize_layer(graph, op, *layout, scales[to_index(op.inputs[0])].value(),
                     !is_dense || options.per_channel_fully_connected);
    }
    if (auto* pad = std::get_if<ir::Pad>(&op.kind); pad != nullptr && scales[to_index(op.inputs[0])]) {
      quantize_pad_value(*pad, *scales[to_index(op.inputs[0])]);
    }
    graph.ops[i] = std::move(op);
  }
}

/// Gives activations and constant operands their int8 type.
void quantize_tensors(ir::Graph& graph, const std::vector<std::optional<Affine>>& scales) {
  for (std::size_t t = 0; t < scales.size(); ++t) {
    if (!scales[t]) continue;
    ir::Tensor& tensor = graph.tensors[t];
    if (tensor.is_constant()) {
      std::vector<std::int8_t> values;
      for (const float value : tensor.values<float>()) {
        if (!std::isfinite(value)) fail("{}: a value of \"{}\" is not finite", graph.name, tensor.name);
        values.push_back(quantized(value, *scales[t]));
      }
      tensor.data = ir::constant_data(std::span<const std::int8_t>(values));
    }
    tensor.type = ir::DataType::int8;
    tensor.quantization = to_quantization(*scales[t]);
  }
}

/// Drops what only the float graph needed: an importer of other tools sees no float constants left.
void release_unused_constants(ir::Graph& graph) {
  std::vector<bool> used(graph.tensors.size(), false);
  for (const ir::Op& op : graph.ops) {
    for (const ir::TensorId id : op.inputs) {
      if (id != ir::no_tensor) used[to_index(id)] = true;
    }
  }
  for (std::size_t t = 0; t < used.size(); ++t) {
    if (!used[t]) graph.tensors[t].data = nullptr;
  }
}

}  // namespace

ir::Graph quantize(const ir::Graph& float_graph, const Calibration& calibration, const QuantizeOptions& options) {
  check_is_float(float_graph);
  ir::Graph graph = float_graph;
  fold_batch_norm(graph);
  std::vector<std::optional<Affine>> scales = assign_scales(graph, calibration);
  insert_requantize(graph, scales);
  quantize_operators(graph, scales, options);
  quantize_tensors(graph, scales);
  release_unused_constants(graph);
  set_end_types(graph, options.input_type, options.output_type);
  ir::verify(graph);
  return graph;
}

}  // namespace thimble::quantize
