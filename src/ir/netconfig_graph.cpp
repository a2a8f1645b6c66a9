#include "ir/netconfig_graph.h"

#include <array>

#include "base/error.h"
#include "ir/verify.h"

namespace thimble::ir {

namespace {

Padding all_round(int amount) { return {.top = amount, .bottom = amount, .left = amount, .right = amount}; }

class GraphBuilder {
 public:
  GraphBuilder(const NetConfig& config, const WeightSource& source) : layers_(layers_of(config)), source_(source) {
    graph_.name = config.name;
    const int channels = config.first_conv.in_channels;
    input_ = activation("input", config.resolution, channels);
    graph_.inputs = {input_};
  }

  Graph run() {
    for (const NetLayer& layer : layers_) outputs_.push_back(append(layer));
    const TensorId logits = tensor("logits", {1, layers_.back().out_channels});
    graph_.ops.push_back({Reshape{}, {outputs_.back()}, {logits}});
    graph_.outputs = {logits};
    verify(graph_);
    return std::move(graph_);
  }

 private:
  TensorId tensor(const std::string& name, Shape shape) {
    Tensor added;
    added.name = name;
    added.shape = std::move(shape);
    added.type = DataType::float32;
    return graph_.add_tensor(std::move(added));
  }

  TensorId activation(const std::string& name, int size, int channels) {
    return tensor(name, {1, size, size, channels});
  }

  TensorId constant(const std::string& name, Shape shape, std::span<const float> values) {
    const TensorId id = tensor(name, std::move(shape));
    graph_.tensor(id).data = constant_data(values);
    return id;
  }

  TensorId operand(int layer) const { return layer < 0 ? input_ : outputs_.at(static_cast<std::size_t>(layer)); }

  LayerWeights weights_of(const NetLayer& layer) const {
    const auto size = static_cast<std::size_t>(layer.weights());
    const auto channels = static_cast<std::size_t>(layer.out_channels);
    if (!source_) return {std::vector<float>(size), std::vector<float>(channels)};
    LayerWeights found = source_(layer);
    if (found.weights.size() != size || found.bias.size() != channels) {
      fail("{}: {} has {} weights and {} biases, but {} and {} are given", graph_.name, layer.name, size, channels,
           found.weights.size(), found.bias.size());
    }
    return found;
  }

  TensorId append(const NetLayer& layer) {
    const TensorId in = operand(layer.input);
    if (layer.kind == LayerKind::hard_sigmoid) return hard_sigmoid(layer, in);
    const TensorId out = activation(layer.name, layer.out_size, layer.out_channels);
    switch (layer.kind) {
      case LayerKind::conv:
      case LayerKind::depthwise:
        weighted(layer, in, out);
        break;
      case LayerKind::max_pool:
        pool(layer, PoolKind::max, in, out);
        break;
      case LayerKind::average_pool:
        pool(layer, PoolKind::average, in, out);
        break;
      case LayerKind::add:
        graph_.ops.push_back({Add{layer.activation}, {in, operand(layer.other)}, {out}});
        break;
      case LayerKind::scale:
        graph_.ops.push_back({Mul{}, {in, operand(layer.other)}, {out}});
        break;
      case LayerKind::hard_swish:
        graph_.ops.push_back({HardSwish{}, {in}, {out}});
        break;
      case LayerKind::hard_sigmoid:
        break;
    }
    return out;
  }

  void weighted(const NetLayer& layer, TensorId in, TensorId out) {
    const bool depthwise = layer.kind == LayerKind::depthwise;
    const int k = layer.kernel_size;
    const LayerWeights values = weights_of(layer);
    const TensorId weights =
        constant(layer.name + "/weights",
                 depthwise ? Shape{1, k, k, layer.out_channels} : Shape{layer.out_channels, k, k, layer.in_channels},
                 values.weights);
    const TensorId bias = constant(layer.name + "/bias", {layer.out_channels}, values.bias);
    if (depthwise) {
      graph_.ops.push_back({DepthwiseConv2D{.multiplier = 1,
                                            .stride_h = layer.stride,
                                            .stride_w = layer.stride,
                                            .padding = all_round(layer.padding),
                                            .activation = layer.activation},
                            {in, weights, bias},
                            {out}});
    } else {
      graph_.ops.push_back({Conv2D{.stride_h = layer.stride,
                                   .stride_w = layer.stride,
                                   .padding = all_round(layer.padding),
                                   .activation = layer.activation},
                            {in, weights, bias},
                            {out}});
    }
  }

  void pool(const NetLayer& layer, PoolKind kind, TensorId in, TensorId out) {
    Padding padding = all_round(layer.padding);
    if (kind == PoolKind::max && layer.padding > 0) {
      in = padded(layer, in);
      padding = {};
    }
    graph_.ops.push_back({Pool2D{.kind = kind,
                                 .filter_h = layer.kernel_size,
                                 .filter_w = layer.kernel_size,
                                 .stride_h = layer.stride,
                                 .stride_w = layer.stride,
                                 .padding = padding},
                          {in},
                          {out}});
  }

  /// TensorFlow Lite has no pooling with these paddings. What comes in is not negative (see validate): zeros do not
  /// change a maximum.
  TensorId padded(const NetLayer& layer, TensorId in) {
    const int size = layer.in_size + 2 * layer.padding;
    const TensorId out = activation(layer.name + "/padded", size, layer.in_channels);
    const std::array<int, 2> amount{layer.padding, layer.padding};
    graph_.ops.push_back({Pad{.amounts = {{0, 0}, amount, amount, {0, 0}}, .value = {}}, {in}, {out}});
    return out;
  }

  TensorId hard_sigmoid(const NetLayer& layer, TensorId in) {
    const float three = 3.0F;
    const float sixth = 1.0F / 6.0F;
    const TensorId shifted = activation(layer.name + "/shifted", layer.out_size, layer.out_channels);
    const TensorId out = activation(layer.name, layer.out_size, layer.out_channels);
    graph_.ops.push_back({Add{Activation::relu6}, {in, constant(layer.name + "/three", {1}, {&three, 1})}, {shifted}});
    graph_.ops.push_back({Mul{}, {shifted, constant(layer.name + "/sixth", {1}, {&sixth, 1})}, {out}});
    return out;
  }

  Graph graph_;
  std::vector<NetLayer> layers_;
  const WeightSource& source_;
  TensorId input_ = no_tensor;
  std::vector<TensorId> outputs_;
};

}  // namespace

Graph to_graph(const NetConfig& config, const WeightSource& weights) { return GraphBuilder(config, weights).run(); }

}  // namespace thimble::ir
