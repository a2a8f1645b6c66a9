#include "passes/split_channels.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <numeric>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/index.h"
#include "ir/partial_sums.h"
#include "passes/image_layers.h"
#include "passes/uses.h"

namespace thimble::passes {
namespace {

/// Channels [first, first + count) of a block's middle.
struct Channels {
  int first = 0;
  int count = 0;
};

bool expands(const ir::Graph& graph, const ir::Op& op) {
  return std::holds_alternative<ir::Conv2D>(op.kind) && works_on_images(graph, op);
}

/// Whether channel c of an operator's output is computed from channel c of its input.
bool works_by_channels(const ir::Graph& graph, const ir::Op& op) {
  if (!works_on_images(graph, op)) return false;
  if (const auto* depthwise = std::get_if<ir::DepthwiseConv2D>(&op.kind)) return depthwise->multiplier == 1;
  return std::holds_alternative<ir::Pool2D>(op.kind) || std::holds_alternative<ir::Clamp>(op.kind) ||
         std::holds_alternative<ir::Sigmoid>(op.kind) || std::holds_alternative<ir::HardSwish>(op.kind) ||
         std::holds_alternative<ir::Quantize>(op.kind);
}

/// Part [first, first + count) of a constant along a dimension, with its scales if they lie along it.
ir::TensorId add_part(ir::Graph& graph, ir::TensorId of, std::size_t axis, const Channels& channels) {
  if (of == ir::no_tensor) return of;
  ir::Tensor part = graph.tensor(of);
  const auto first = static_cast<std::size_t>(channels.first);
  const auto count = static_cast<std::size_t>(channels.count);
  const auto size = static_cast<std::size_t>(part.shape.at(axis));
  const auto blocks = static_cast<std::size_t>(std::accumulate(
      part.shape.begin(), part.shape.begin() + static_cast<std::ptrdiff_t>(axis), 1, std::multiplies<>()));
  const std::size_t unit = part.data->size() / blocks / size;
  std::vector<std::byte> bytes(blocks * count * unit);
  for (std::size_t block = 0; block < blocks; ++block)
    std::memcpy(bytes.data() + block * count * unit, part.data->data() + (block * size + first) * unit, count * unit);
  part.data = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  part.shape[axis] = channels.count;
  if (part.quantization && part.quantization->scale.size() > 1 && part.quantization->axis == static_cast<int>(axis)) {
    ir::Quantization& q = *part.quantization;
    const auto keep = [&](auto& values) {
      if (values.empty()) return;
      values.erase(values.begin(), values.begin() + channels.first);
      values.resize(count);
    };
    keep(q.scale);
    keep(q.zero_point);
  }
  part.name += fmt::format(" channels {}-{}", channels.first, channels.first + channels.count - 1);
  return graph.add_tensor(std::move(part));
}

/// Bias of the whole projection, less what its input's zero point adds up to: the groups multiply values as they are.
ir::TensorId add_folded_bias(ir::Graph& graph, const ir::Op& projection) {
  const auto weights = graph.tensor(projection.inputs[1]).values<std::int8_t>();
  const auto zero_point = static_cast<std::uint32_t>(graph.tensor(projection.inputs[0]).zero_point());
  const int outputs = graph.tensor(projection.inputs[1]).shape[0];
  std::vector<std::int32_t> biases(static_cast<std::size_t>(outputs), 0);
  ir::Tensor bias;
  if (projection.inputs[2] != ir::no_tensor) {
    bias = graph.tensor(projection.inputs[2]);
    biases = bias.values<std::int32_t>();
  }
  const std::size_t depth = weights.size() / biases.size();
  for (std::size_t o = 0; o < biases.size(); ++o) {
    const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(o * depth);
    const int sum = std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(depth), 0);
    biases[o] =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(biases[o]) - zero_point * static_cast<std::uint32_t>(sum));
  }
  bias.name = graph.name_of(projection) + " bias of all groups";
  bias.shape = {outputs};
  bias.type = ir::DataType::int32;
  bias.data = ir::constant_data<std::int32_t>(biases);
  return graph.add_tensor(std::move(bias));
}

/// Copies a block's operators, group after group.
class ChannelSplitter {
 public:
  ChannelSplitter(ir::Graph& graph, const ChannelSplit& split) : graph_(graph), block_(split.block) {
    for (const int count : channel_groups(block_.channels, split.groups))
      groups_.push_back({groups_.empty() ? 0 : groups_.back().first + groups_.back().count, count});
  }

  std::vector<ir::Op> run() {
    bias_ = add_folded_bias(graph_, graph_.op(block_.projection()));
    for (const Channels& group : groups_) add_group(group);
    return std::move(ops_);
  }

 private:
  void add_group(const Channels& group) {
    at_ = graph_.op(block_.expansion()).inputs[0];
    for (const int layer : block_.layers)
      if (layer != block_.projection()) add_layer(graph_.op(layer), group);
    add_projection(graph_.op(block_.projection()), group);
  }

  /// The channels of an operator's output that the group needs.
  void add_layer(ir::Op op, const Channels& group) {
    if (std::holds_alternative<ir::Conv2D>(op.kind)) op.inputs[1] = add_part(graph_, op.inputs[1], 0, group);
    if (std::holds_alternative<ir::DepthwiseConv2D>(op.kind)) op.inputs[1] = add_part(graph_, op.inputs[1], 3, group);
    if (op.inputs.size() > 2) op.inputs[2] = add_part(graph_, op.inputs[2], 0, group);
    op.inputs[0] = at_;
    at_ = add_tensor(op.outputs[0], group, "");
    graph_.tensor(at_).shape[3] = group.count;
    op.outputs = {at_};
    ops_.push_back(std::move(op));
  }

  void add_projection(ir::Op op, const Channels& group) {
    const bool is_last = group.first + group.count == block_.channels;
    op.inputs = {at_, add_part(graph_, op.inputs[1], 3, group), is_last ? bias_ : ir::no_tensor, sums_};
    if (!is_last) {
      std::get<ir::Conv2D>(op.kind).activation = ir::Activation::none;
      sums_ = add_tensor(op.outputs[0], group, " sums");
      graph_.tensor(sums_).type = ir::DataType::int32;
      graph_.tensor(sums_).quantization.reset();
      op.outputs = {sums_};
    }
    ops_.push_back(std::move(op));
  }

  ir::TensorId add_tensor(ir::TensorId of, const Channels& group, const char* what) {
    ir::Tensor tensor = graph_.tensor(of);
    tensor.name += fmt::format("{} channels {}-{}", what, group.first, group.first + group.count - 1);
    tensor.source_op = -1;
    return graph_.add_tensor(std::move(tensor));
  }

  ir::Graph& graph_;
  const ChannelBlock& block_;
  std::vector<Channels> groups_;
  ir::TensorId bias_ = ir::no_tensor;
  ir::TensorId at_ = ir::no_tensor;    ///< What the group has computed last.
  ir::TensorId sums_ = ir::no_tensor;  ///< Of the groups so far.
  std::vector<ir::Op> ops_;
};

}  // namespace

std::int64_t bytes_of_sums(const ir::Graph& graph, const ChannelBlock& block) {
  const ir::TensorId output = graph.op(block.projection()).outputs[0];
  return ir::bytes_of(ir::DataType::int32, graph.tensor(output).elements());
}

std::int64_t largest_of_middle(const ir::Graph& graph, const ChannelBlock& block) {
  std::int64_t largest = 0;
  for (const int layer : block.layers)
    if (layer != block.layers.back()) largest = std::max(largest, graph.tensor(graph.op(layer).outputs[0]).bytes());
  return largest;
}

std::vector<ChannelBlock> channel_blocks(const ir::Graph& graph) {
  constexpr int least_channels = 8;
  const std::vector<int> reader = only_readers(graph);
  std::vector<ChannelBlock> blocks;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    const ir::Op& first = graph.ops[i];
    const bool is_taken = !blocks.empty() && blocks.back().projection() == static_cast<int>(i);
    if (is_taken || !expands(graph, first)) continue;
    ChannelBlock block{{static_cast<int>(i)}, graph.tensor(first.outputs[0]).shape[3]};
    int next = reader[to_index(first.outputs[0])];
    for (; next >= 0 && works_by_channels(graph, graph.op(next)); next = reader[to_index(graph.op(next).outputs[0])])
      block.layers.push_back(next);
    if (next < 0 || !is_pointwise(graph, graph.op(next)) || block.channels < least_channels) continue;
    block.layers.push_back(next);
    if (largest_of_middle(graph, block) <= bytes_of_sums(graph, block)) continue;
    blocks.push_back(std::move(block));
  }
  return blocks;
}

std::vector<int> channel_groups(int channels, int groups) {
  const int unit = channels / groups >= 8 ? 8 : 4;
  const int units = (channels + unit - 1) / unit;
  const int count = std::clamp(groups, 1, units);
  std::vector<int> sizes;
  for (int left = channels, at = 0; at < count; ++at) {
    const int size = std::min(left, (units / count + (at < units % count ? 1 : 0)) * unit);
    sizes.push_back(size);
    left -= size;
  }
  return sizes;
}

ir::Graph split_channels(ir::Graph graph, std::span<const ChannelSplit> splits) {
  std::vector<std::vector<ir::Op>> instead(graph.ops.size());
  std::vector<bool> is_replaced(graph.ops.size(), false);
  for (const ChannelSplit& split : splits) {
    if (channel_groups(split.block.channels, split.groups).size() < 2) continue;
    instead[static_cast<std::size_t>(split.block.projection())] = ChannelSplitter(graph, split).run();
    for (const int layer : split.block.layers) is_replaced[static_cast<std::size_t>(layer)] = true;
  }
  std::vector<ir::Op> ops;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    if (!is_replaced[i]) ops.push_back(std::move(graph.ops[i]));
    std::ranges::move(instead[i], std::back_inserter(ops));
  }
  graph.ops = std::move(ops);
  return graph;
}

}  // namespace thimble::passes
