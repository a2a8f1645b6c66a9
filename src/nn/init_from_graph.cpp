#include "nn/init_from_graph.h"

#include <unordered_map>

#include <fmt/format.h>

#include "base/error.h"

namespace thimble::nn {

namespace {

/// A constant of a graph as float32, in the graph's layout.
torch::Tensor dequantized(const ir::Tensor& constant) {
  const std::vector<std::int64_t> shape(constant.shape.begin(), constant.shape.end());
  if (constant.type == ir::DataType::float32) {
    auto values = constant.values<float>();
    return at::from_blob(values.data(), shape, torch::kFloat32).clone();
  }
  torch::Tensor values;
  if (constant.type == ir::DataType::int8) {
    auto raw = constant.values<std::int8_t>();
    values = at::from_blob(raw.data(), shape, torch::kInt8).to(torch::kFloat32);
  } else if (constant.type == ir::DataType::int32) {
    auto raw = constant.values<std::int32_t>();
    values = at::from_blob(raw.data(), shape, torch::kInt32).to(torch::kFloat32);
  } else {
    fail("\"{}\" is {}; weights of type float32 and int8 are supported", constant.name, ir::name_of(constant.type));
  }
  if (!constant.quantization) fail("\"{}\" has no scale", constant.name);
  std::vector<float> scales = constant.quantization->scale;
  std::vector<std::int64_t> along(shape.size(), 1);
  if (scales.size() > 1)
    along.at(static_cast<std::size_t>(constant.quantization->axis)) = static_cast<std::int64_t>(scales.size());
  return values *
         at::from_blob(scales.data(), {static_cast<std::int64_t>(scales.size())}, torch::kFloat32).reshape(along);
}

/// Weights of one operator in PyTorch's layout, O x I x K x K.
struct Source {
  std::string name;
  bool depthwise = false;
  torch::Tensor weight;
  torch::Tensor bias;  ///< Undefined if there is none.
};

std::vector<Source> sources_of(const ir::Graph& graph) {
  std::vector<Source> sources;
  for (const ir::Op& op : graph.ops) {
    const bool depthwise = std::holds_alternative<ir::DepthwiseConv2D>(op.kind);
    const bool dense = std::holds_alternative<ir::FullyConnected>(op.kind);
    if (!depthwise && !dense && !std::holds_alternative<ir::Conv2D>(op.kind)) continue;
    const ir::Tensor& weights = graph.tensor(op.inputs.at(1));
    if (!weights.is_constant()) fail("{}: \"{}\" has no constant weights", graph.name, graph.name_of(op));
    torch::Tensor weight = dequantized(weights);
    if (dense) weight = weight.unsqueeze(1).unsqueeze(1);
    weight = depthwise ? weight.permute({3, 0, 1, 2}) : weight.permute({0, 3, 1, 2});
    const bool biased = op.inputs.size() > 2 && op.inputs[2] != ir::no_tensor;
    sources.push_back(
        {graph.name_of(op), depthwise, weight, biased ? dequantized(graph.tensor(op.inputs[2])) : torch::Tensor()});
  }
  return sources;
}

/// Fits a stem's weights to another number of input channels: a grey picture stands for three equal channels.
torch::Tensor with_input_channels(const torch::Tensor& weight, std::int64_t channels) {
  if (weight.size(1) == 3 && channels == 1) return weight.sum(1, true);
  if (weight.size(1) == 1 && channels == 3) return weight.expand({-1, 3, -1, -1}) / 3;
  return weight;
}

}  // namespace

InitReport init_from_graph(Network& network, const ir::Graph& graph) {
  const std::vector<Source> sources = sources_of(graph);
  std::unordered_map<std::string, torch::Tensor> tensors;
  for (const NamedTensor& tensor : network.parameters()) tensors[tensor.name] = tensor.value;
  const at::NoGradGuard no_grad;
  InitReport report;
  std::size_t next = 0;
  for (const ir::NetLayer& layer : network.layers()) {
    if (!layer.has_weights()) continue;
    if (next == sources.size()) fail("{}: ends before the network's layer {}", graph.name, layer.name);
    const Source& source = sources[next++];
    const torch::Tensor& weight = tensors.at(layer.name + "/weight");
    const torch::Tensor found = layer.input < 0 ? with_input_channels(source.weight, weight.size(1)) : source.weight;
    const bool is_head = layer.name == "classifier";
    if (is_head && found.size(0) != weight.size(0)) continue;
    if (source.depthwise != (layer.kind == ir::LayerKind::depthwise) || found.sizes() != weight.sizes()) {
      fail("{}: \"{}\" has {} {} weights, but the network's layer {} has {}", graph.name, source.name,
           fmt::join(found.sizes().vec(), "x"), source.depthwise ? "depthwise" : "dense", layer.name,
           fmt::join(weight.sizes().vec(), "x"));
    }
    weight.copy_(found);
    if (source.bias.defined()) tensors.at(layer.name + (layer.batch_norm ? "/beta" : "/bias")).copy_(source.bias);
    if (is_head) report.new_head = false;
    ++report.copied;
  }
  if (next != sources.size()) fail("{}: has {} layers with weights, the network {}", graph.name, sources.size(), next);
  return report;
}

}  // namespace thimble::nn
