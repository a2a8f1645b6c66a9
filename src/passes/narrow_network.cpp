#include "passes/narrow_network.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/index.h"
#include "ir/make_divisible.h"
#include "ir/shapes.h"
#include "ir/verify.h"
#include "passes/uses.h"

namespace thimble::passes {
namespace {

/// The channels of an activation: its last dimension.
int channels_of(const ir::Shape& shape) { return shape.empty() ? 1 : shape.back(); }

bool has_weights(const ir::Op& op) {
  return std::holds_alternative<ir::Conv2D>(op.kind) || std::holds_alternative<ir::FullyConnected>(op.kind);
}

bool is_linear_pointwise(const ir::Graph& graph, const ir::Op& op) {
  const auto* conv = std::get_if<ir::Conv2D>(&op.kind);
  if (conv == nullptr || conv->activation != ir::Activation::none) return false;
  const ir::Shape& weights = graph.tensor(op.inputs.at(1)).shape;
  return weights[1] == 1 && weights[2] == 1;
}

/// The first elements of a constant along each dimension, as many as `shape` has.
void cut(ir::Tensor& tensor, const ir::Shape& shape) {
  if (tensor.shape == shape) return;
  const ir::Shape old_shape = std::exchange(tensor.shape, shape);
  auto data = std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(tensor.bytes()));
  if (tensor.type != ir::DataType::int4) {  // Two to a byte: they become zeros, which count the same.
    const auto width = static_cast<std::size_t>(ir::bytes_of(tensor.type, 1));
    std::vector<int> at(shape.size(), 0);
    for (std::size_t to = 0; to < data->size(); to += width) {
      std::size_t from = 0;
      for (std::size_t d = 0; d < at.size(); ++d)
        from = from * static_cast<std::size_t>(old_shape[d]) + static_cast<std::size_t>(at[d]);
      std::memcpy(data->data() + to, tensor.data->data() + from * width, width);
      for (std::size_t d = at.size(); d-- > 0 && ++at[d] == shape[d];) at[d] = 0;
    }
  }
  tensor.data = std::move(data);
  if (tensor.quantization && tensor.quantization->scale.size() > 1) {
    const auto count = static_cast<std::size_t>(shape[static_cast<std::size_t>(tensor.quantization->axis)]);
    tensor.quantization->scale.resize(count);
    if (!tensor.quantization->zero_point.empty()) tensor.quantization->zero_point.resize(count);
  }
}

/// Tensors that have their channels in common, because an operator works channel by channel.
class ChannelGroups {
 public:
  explicit ChannelGroups(const ir::Graph& graph) : parent_(graph.tensors.size()) {
    std::iota(parent_.begin(), parent_.end(), 0);
    for (const ir::Op& op : graph.ops) {
      if (has_weights(op) || std::holds_alternative<ir::Concat>(op.kind)) continue;
      for (const ir::TensorId in : op.inputs) {
        if (in == ir::no_tensor || graph.tensor(in).is_constant()) continue;
        const int channels = channels_of(graph.tensor(in).shape);
        if (channels > 1 && channels == channels_of(graph.tensor(op.outputs.at(0)).shape)) join(in, op.outputs[0]);
      }
    }
  }

  std::size_t of(ir::TensorId id) const {
    std::size_t at = to_index(id);
    while (parent_[at] != at) at = parent_[at];
    return at;
  }

 private:
  void join(ir::TensorId a, ir::TensorId b) { parent_[of(a)] = of(b); }

  std::vector<std::size_t> parent_;
};

class Narrowing {
 public:
  Narrowing(ir::Graph graph, double factor)
      : before_(graph), graph_(std::move(graph)), factor_(factor), groups_(before_), channels_(before_.tensors.size()) {
    for (const ir::TensorId input : before_.inputs) channels_of_group(input) = channels_of(before_.tensor(input).shape);
    keep_heads();
  }

  ir::Graph run() {
    for (const ir::Op& op : graph_.ops) {
      std::visit([&](const auto& kind) { adapt(op, kind); }, op.kind);
      ir::Shape& out = graph_.tensor(op.outputs.at(0)).shape;
      out = ir::output_shapes(graph_, op).at(0);
      if (!channels_of_group(op.outputs[0])) channels_of_group(op.outputs[0]) = channels_of(out);
    }
    ir::verify(graph_);
    return std::move(graph_);
  }

 private:
  std::optional<int>& channels_of_group(ir::TensorId id) { return channels_[groups_.of(id)]; }
  const ir::Shape& old_shape(ir::TensorId id) const { return before_.tensor(id).shape; }
  const ir::Shape& shape(ir::TensorId id) const { return graph_.tensor(id).shape; }

  /// What leads to an output without a layer with weights in between.
  void keep_heads() {
    std::vector<bool> is_head(before_.tensors.size(), false);
    for (const ir::TensorId output : before_.outputs) is_head[to_index(output)] = true;
    for (auto op = before_.ops.rbegin(); op != before_.ops.rend(); ++op)
      if (!has_weights(*op) && is_head[to_index(op->outputs.at(0))])
        for (const ir::TensorId in : op->inputs)
          if (in != ir::no_tensor) is_head[to_index(in)] = true;
    for (std::size_t id = 0; id < is_head.size(); ++id)
      if (is_head[id] && !before_.tensors[id].is_constant())
        channels_of_group(static_cast<ir::TensorId>(id)) = channels_of(before_.tensors[id].shape);
  }

  /// The only operator that reads a tensor, or null.
  const ir::Op* only_reader(ir::TensorId id) const {
    const ir::Op* only = nullptr;
    for (const ir::Op& op : before_.ops) {
      if (std::ranges::find(op.inputs, id) == op.inputs.end()) continue;
      if (only != nullptr) return nullptr;
      only = &op;
    }
    return only;
  }

  /// Whether a convolution expands the input of a depthwise one that a linear pointwise convolution follows, at once or
  /// after the product with a gate.
  bool is_expansion(const ir::Op& op) const {
    const ir::Shape& weights = old_shape(op.inputs.at(1));
    if (!std::holds_alternative<ir::Conv2D>(op.kind) || weights[1] != 1 || weights[2] != 1) return false;
    const ir::Op* depthwise = only_reader(op.outputs.at(0));
    if (depthwise == nullptr || !std::holds_alternative<ir::DepthwiseConv2D>(depthwise->kind)) return false;
    std::size_t group = groups_.of(depthwise->outputs.at(0));
    return std::ranges::any_of(before_.ops, [&](const ir::Op& reader) {
      return is_linear_pointwise(before_, reader) && groups_.of(reader.inputs.at(0)) == group &&
             before_.tensor(reader.inputs[0]).shape == before_.tensor(depthwise->outputs[0]).shape;
    });
  }

  static bool is_one_pixel(const ir::Shape& shape) { return shape.size() == 4 && shape[1] == 1 && shape[2] == 1; }

  int narrowed(const ir::Op& op) const {
    const int in = channels_of(shape(op.inputs.at(0)));
    const int old_in = channels_of(old_shape(op.inputs[0]));
    const int out = old_shape(op.inputs.at(1))[0];
    const bool is_quarter = is_one_pixel(old_shape(op.inputs[0])) && out == ir::make_divisible(old_in / 4);
    const int chosen = is_quarter         ? ir::make_divisible(in / 4)
                       : is_expansion(op) ? ir::make_divisible(in * (static_cast<double>(out) / old_in))
                                          : ir::make_divisible(factor_ * out);
    return std::min(chosen, out);
  }

  int output_channels(const ir::Op& op) {
    std::optional<int>& channels = channels_of_group(op.outputs.at(0));
    if (!channels) channels = narrowed(op);
    return *channels;
  }

  void cut_bias(const ir::Op& op, int channels) {
    if (op.inputs.at(2) != ir::no_tensor) cut(graph_.tensor(op.inputs[2]), {channels});
  }

  void adapt(const ir::Op& op, const ir::Conv2D&) {
    const int out = output_channels(op);
    const ir::Shape& weights = old_shape(op.inputs.at(1));
    cut(graph_.tensor(op.inputs[1]), {out, weights[1], weights[2], channels_of(shape(op.inputs.at(0)))});
    cut_bias(op, out);
  }

  void adapt(const ir::Op& op, const ir::DepthwiseConv2D& conv) {
    const int out = channels_of(shape(op.inputs.at(0))) * conv.multiplier;
    const ir::Shape& weights = old_shape(op.inputs.at(1));
    cut(graph_.tensor(op.inputs[1]), {1, weights[1], weights[2], out});
    cut_bias(op, out);
  }

  void adapt(const ir::Op& op, const ir::FullyConnected&) {
    const int out = output_channels(op);
    const std::int64_t old_elements = ir::elements_of(old_shape(op.inputs.at(0)));
    const std::int64_t elements = ir::elements_of(shape(op.inputs[0]));
    const std::int64_t in = old_shape(op.inputs.at(1))[1] * elements / old_elements;
    cut(graph_.tensor(op.inputs[1]), {out, static_cast<int>(in)});
    cut_bias(op, out);
  }

  /// A constant operand with a value for each channel.
  void cut_operands(const ir::Op& op) {
    int channels = 0;
    for (const ir::TensorId id : op.inputs)
      if (!graph_.tensor(id).is_constant()) channels = std::max(channels, channels_of(shape(id)));
    const int old_channels = channels_of(old_shape(op.outputs.at(0)));
    for (const ir::TensorId id : op.inputs) {
      ir::Shape operand = old_shape(id);
      if (!graph_.tensor(id).is_constant() || channels_of(operand) == 1 || channels_of(operand) != old_channels)
        continue;
      operand.back() = channels;
      cut(graph_.tensor(id), operand);
    }
  }
  void adapt(const ir::Op& op, const ir::Add&) { cut_operands(op); }
  void adapt(const ir::Op& op, const ir::Sub&) { cut_operands(op); }
  void adapt(const ir::Op& op, const ir::Mul&) { cut_operands(op); }

  /// What keeps the channels last: as they are, or after the pixels of each.
  void adapt(const ir::Op& op, const ir::Reshape&) {
    const int old_in = channels_of(old_shape(op.inputs.at(0)));
    const int in = channels_of(shape(op.inputs[0]));
    int& out = graph_.tensor(op.outputs.at(0)).shape.back();
    if (out % old_in == 0) {
      out = out / old_in * in;
    } else if (in != old_in) {
      fail("reshape \"{}\" divides channels: that fixes their number", graph_.name_of(op));
    }
  }

  void adapt(const ir::Op& op, const ir::ResizeNearest&) {
    graph_.tensor(op.outputs.at(0)).shape.back() = channels_of(shape(op.inputs.at(0)));
  }

  void adapt(const ir::Op& op, const ir::StridedSlice&) { require_same(op); }
  void adapt(const ir::Op& op, const ir::Pack&) { require_same(op); }
  void adapt(const ir::Op& op, const ir::TiledBlock&) { require_same(op); }

  void adapt(const ir::Op& op, const ir::Pad& pad) {
    if (pad.amounts.back() != std::array<int, 2>{0, 0}) require_same(op);
  }

  /// Operators of which the shapes alone change.
  template <typename Kind>
  void adapt(const ir::Op&, const Kind&) const {}

  void require_same(const ir::Op& op) const {
    if (shape(op.inputs.at(0)) != old_shape(op.inputs[0]))
      fail("{} \"{}\" takes channels apart: that fixes their number", ir::name_of(op.kind), graph_.name_of(op));
  }

  const ir::Graph before_;
  ir::Graph graph_;
  double factor_;
  ChannelGroups groups_;
  std::vector<std::optional<int>> channels_;  ///< By group, once they are known.
};

}  // namespace

ir::Graph with_width(ir::Graph graph, double factor) { return Narrowing(std::move(graph), factor).run(); }

}  // namespace thimble::passes
