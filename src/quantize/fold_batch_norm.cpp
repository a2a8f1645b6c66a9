#include "quantize/fold_batch_norm.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "quantize/layer_constants.h"
#include "quantize/layers.h"

namespace thimble::quantize {

namespace {

/// The only operator that reads `tensor`, as an index; none if there are several or the tensor is a graph output.
std::optional<std::size_t> only_reader(const ir::Graph& graph, ir::TensorId tensor) {
  if (std::find(graph.outputs.begin(), graph.outputs.end(), tensor) != graph.outputs.end()) return std::nullopt;
  std::optional<std::size_t> reader;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    for (const ir::TensorId input : graph.ops[i].inputs) {
      if (input != tensor) continue;
      if (reader) return std::nullopt;
      reader = i;
    }
  }
  return reader;
}

/// The activation parameter of operators that have one.
ir::Activation* activation_of(ir::Operator& op) {
  return std::visit(
      [](auto& kind) -> ir::Activation* {
        if constexpr (std::is_same_v<std::decay_t<decltype(kind)>, ir::Clamp>) {
          return nullptr;
        } else if constexpr (requires { kind.activation; }) {
          return &kind.activation;
        } else {
          return nullptr;
        }
      },
      op);
}

/// The values of a constant that has one value for each of `channels`, along the last dimension, or one for all.
std::optional<std::vector<float>> channel_values(const ir::Graph& graph, ir::TensorId id, std::size_t channels) {
  const ir::Tensor& tensor = graph.tensor(id);
  if (!tensor.is_constant() || tensor.type != ir::DataType::float32) return std::nullopt;
  std::vector<float> values = tensor.values<float>();
  if (values.size() == 1) values.resize(channels, values[0]);
  const bool last_dimension =
      tensor.elements() == 1 || (!tensor.shape.empty() && static_cast<std::size_t>(tensor.shape.back()) == channels);
  if (values.size() != channels || !last_dimension) return std::nullopt;
  return values;
}

/// y = factor * x + offset for each channel; an empty list stands for 1 or 0.
struct Line {
  std::vector<float> factor;
  std::vector<float> offset;
  ir::Activation activation = ir::Activation::none;
};

/// What `next` computes of its input `from`, if that is a line for each channel.
std::optional<Line> line_of(const ir::Graph& graph, const ir::Op& next, ir::TensorId from, std::size_t channels) {
  if (next.inputs.size() != 2 || graph.tensor(next.outputs[0]).shape != graph.tensor(from).shape) return std::nullopt;
  const bool from_first = next.inputs[0] == from;
  std::optional<std::vector<float>> values = channel_values(graph, next.inputs[from_first ? 1 : 0], channels);
  if (!values) return std::nullopt;
  if (const auto* mul = std::get_if<ir::Mul>(&next.kind)) return Line{*values, {}, mul->activation};
  if (const auto* add = std::get_if<ir::Add>(&next.kind)) return Line{{}, *values, add->activation};
  const auto* sub = std::get_if<ir::Sub>(&next.kind);
  if (sub == nullptr || !from_first) return std::nullopt;
  for (float& value : *values) value = -value;
  return Line{{}, *values, sub->activation};
}

ir::TensorId add_constant(ir::Graph& graph, ir::Tensor like, const std::vector<float>& values) {
  like.data = ir::constant_data(std::span<const float>(values));
  return graph.add_tensor(std::move(like));
}

void apply_line(ir::Graph& graph, ir::Op& layer, const ChannelLayout& layout, const Line& line) {
  const ir::Tensor weights = graph.tensor(layer.inputs[1]);
  std::vector<float> bias(layout.channels, 0.0F);
  ir::Tensor bias_tensor;
  bias_tensor.name = graph.name_of(layer) + "/bias";
  bias_tensor.shape = {static_cast<int>(layout.channels)};
  bias_tensor.type = ir::DataType::float32;
  if (layer.inputs[2] != ir::no_tensor) {
    bias_tensor = graph.tensor(layer.inputs[2]);
    bias = bias_tensor.values<float>();
  }
  if (!line.factor.empty()) {
    std::vector<float> scaled = weights.values<float>();
    for (std::size_t i = 0; i < scaled.size(); ++i) scaled[i] *= line.factor[layout.channel_of(i)];
    for (std::size_t c = 0; c < layout.channels; ++c) bias[c] *= line.factor[c];
    layer.inputs[1] = add_constant(graph, weights, scaled);
  }
  for (std::size_t c = 0; c < line.offset.size(); ++c) bias[c] += line.offset[c];
  layer.inputs[2] = add_constant(graph, bias_tensor, bias);
}

bool has_float_constants(const ir::Graph& graph, const ir::Op& layer) {
  return std::all_of(layer.inputs.begin() + 1, layer.inputs.end(), [&](ir::TensorId id) {
    return id == ir::no_tensor || (graph.tensor(id).is_constant() && graph.tensor(id).type == ir::DataType::float32);
  });
}

/// Takes the operator after operator `index` into it; false if that is not possible.
bool take_in_next(ir::Graph& graph, std::size_t index) {
  ir::Op& op = graph.ops[index];
  ir::Activation* activation = activation_of(op.kind);
  if (activation == nullptr || *activation != ir::Activation::none) return false;
  const std::optional<std::size_t> reader = only_reader(graph, op.outputs.at(0));
  if (!reader) return false;
  const ir::Op next = graph.ops[*reader];
  if (graph.tensor(next.outputs[0]).type != ir::DataType::float32) return false;
  if (const auto* clamp = std::get_if<ir::Clamp>(&next.kind)) {
    *activation = clamp->activation;
  } else {
    const std::optional<ChannelLayout> layout = channel_layout(graph, op);
    if (!layout || !has_float_constants(graph, op)) return false;
    const std::optional<Line> line = line_of(graph, next, op.outputs[0], layout->channels);
    if (!line) return false;
    apply_line(graph, op, *layout, *line);
    *activation = line->activation;
  }
  op.outputs = next.outputs;
  graph.ops.erase(graph.ops.begin() + static_cast<std::ptrdiff_t>(*reader));
  return true;
}

}  // namespace

void fold_batch_norm(ir::Graph& graph) {
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    while (take_in_next(graph, i)) {
    }
  }
}

}  // namespace thimble::quantize
