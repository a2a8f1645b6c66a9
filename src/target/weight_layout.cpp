#include "target/weight_layout.h"

#include "base/error.h"
#include "target/convolution.h"

namespace thimble::target {

namespace {

using Weights = std::vector<std::int8_t>;

const ir::Tensor& weights_of(const ir::Graph& graph, const ir::Op& op) { return graph.tensor(op.inputs.at(1)); }

/// Sum of the weights of each output channel.
std::vector<std::int64_t> channel_sums(const Weights& weights, const Convolution& c) {
  std::vector<std::int64_t> sums(static_cast<std::size_t>(c.out_ch), 0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto channel = c.depthwise ? i % sums.size() : i / static_cast<std::size_t>(c.depth());
    sums[channel] += weights[i];
  }
  return sums;
}

}  // namespace

std::vector<std::int8_t> pack_weights(std::string_view layout, const ir::Graph& graph, const ir::Op& op) {
  if (layout == "ohwi" || layout == "hwc") return weights_of(graph, op).values<std::int8_t>();
  fail("{}: there is no weight layout \"{}\"", graph.name, layout);
}

std::vector<std::int32_t> folded_bias(const ir::Graph& graph, const ir::Op& op) {
  const Convolution c = convolution_of(graph, op).value();
  const int zero_point = graph.tensor(op.inputs[0]).zero_point();
  const auto sums = channel_sums(weights_of(graph, op).values<std::int8_t>(), c);
  std::vector<std::int32_t> bias(sums.size(), 0);
  if (op.inputs.at(2) != ir::no_tensor) bias = graph.tensor(op.inputs[2]).values<std::int32_t>();
  for (std::size_t o = 0; o < bias.size(); ++o) {
    // Wraps as the kernels' accumulators do.
    bias[o] = static_cast<std::int32_t>(static_cast<std::uint32_t>(bias[o] - zero_point * sums[o]));
  }
  return bias;
}

}  // namespace thimble::target
