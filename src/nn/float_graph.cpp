#include "nn/float_graph.h"

#include <cmath>
#include <unordered_map>

#include "ir/netconfig_graph.h"

namespace thimble::nn {

namespace {

std::vector<float> values_of(const torch::Tensor& tensor) {
  const auto dense = tensor.detach().cpu().to(torch::kFloat32).contiguous(torch::MemoryFormat::Contiguous);
  const float* begin = dense.data_ptr<float>();
  return {begin, begin + dense.numel()};
}

class Folding {
 public:
  explicit Folding(const Network& network) : eps_(network.config().bn_eps) {
    for (const NamedTensor& tensor : network.state()) tensors_[tensor.name] = tensor.value;
  }

  ir::LayerWeights operator()(const ir::NetLayer& layer) const {
    // PyTorch's O x I x K x K to the graph's O x K x K x I; depthwise O x 1 x K x K to 1 x K x K x O.
    const bool depthwise = layer.kind == ir::LayerKind::depthwise;
    const auto permuted = tensors_.at(layer.name + "/weight");
    ir::LayerWeights folded{values_of(depthwise ? permuted.permute({1, 2, 3, 0}) : permuted.permute({0, 2, 3, 1})),
                            layer.bias ? values_of(tensors_.at(layer.name + "/bias"))
                                       : std::vector<float>(static_cast<std::size_t>(layer.out_channels))};
    if (layer.batch_norm) fold(layer, depthwise, folded);
    return folded;
  }

 private:
  void fold(const ir::NetLayer& layer, bool depthwise, ir::LayerWeights& into) const {
    const auto gamma = values_of(tensors_.at(layer.name + "/gamma"));
    const auto beta = values_of(tensors_.at(layer.name + "/beta"));
    const auto mean = values_of(tensors_.at(layer.name + "/mean"));
    const auto variance = values_of(tensors_.at(layer.name + "/variance"));
    const std::size_t channels = gamma.size();
    std::vector<double> factor(channels);
    for (std::size_t c = 0; c < channels; ++c) {
      factor[c] = gamma[c] / std::sqrt(static_cast<double>(variance[c]) + eps_);
      into.bias[c] = static_cast<float>(beta[c] + (static_cast<double>(into.bias[c]) - mean[c]) * factor[c]);
    }
    const std::size_t per_channel = into.weights.size() / channels;
    for (std::size_t i = 0; i < into.weights.size(); ++i) {
      const std::size_t channel = depthwise ? i % channels : i / per_channel;
      into.weights[i] = static_cast<float>(into.weights[i] * factor[channel]);
    }
  }

  double eps_;
  std::unordered_map<std::string, torch::Tensor> tensors_;
};

}  // namespace

ir::Graph float_graph(const Network& network) { return ir::to_graph(network.config(), Folding(network)); }

}  // namespace thimble::nn
