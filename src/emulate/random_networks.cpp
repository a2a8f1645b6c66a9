#include "emulate/random_networks.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "ir/make_divisible.h"
#include "ir/shapes.h"

namespace thimble::emulate {

namespace {

/// Appends int8 layers to a graph, weights at random. Scales are such that outputs spread over the range of int8.
class Int8Network {
 public:
  Int8Network(Draws& draws, std::string name, ir::Shape input) : draws_(draws) {
    graph_.name = std::move(name);
    graph_.inputs = {activation(std::move(input), 1.0F / 128, 0)};
  }

  ir::TensorId input() const { return graph_.inputs[0]; }
  int channels(ir::TensorId id) const { return graph_.tensor(id).shape.at(3); }

  struct Window {
    int kernel_h = 1, kernel_w = 1, stride = 1;
  };

  /// With relu6, or linear.
  ir::TensorId conv(ir::TensorId in, int out_ch, Window window, bool relu6) {
    ir::Conv2D kind;
    kind.stride_h = kind.stride_w = window.stride;
    kind.padding = same(in, window);
    kind.activation = relu6 ? ir::Activation::relu6 : ir::Activation::none;
    return weighted(kind, in, {out_ch, window.kernel_h, window.kernel_w, channels(in)}, 0, relu6);
  }

  ir::TensorId depthwise(ir::TensorId in, Window window) {
    ir::DepthwiseConv2D kind;
    kind.stride_h = kind.stride_w = window.stride;
    kind.padding = same(in, window);
    kind.activation = ir::Activation::relu6;
    return weighted(kind, in, {1, window.kernel_h, window.kernel_w, channels(in)}, 3, true);
  }

  ir::TensorId fully_connected(ir::TensorId in, int classes) {
    return weighted(ir::FullyConnected{}, in, {classes, channels(in)}, 0, false);
  }

  ir::TensorId add(ir::TensorId a, ir::TensorId b) { return append(ir::Add{}, {a, b}, 0.07F, 2); }

  ir::TensorId global_average(ir::TensorId in) {
    ir::Pool2D pool;
    pool.filter_h = graph_.tensor(in).shape[1];
    pool.filter_w = graph_.tensor(in).shape[2];
    return append(pool, {in}, graph_.tensor(in).scale(), graph_.tensor(in).zero_point());
  }

  ir::Graph finish(ir::TensorId output) {
    graph_.outputs = {output};
    return std::move(graph_);
  }

 private:
  ir::Padding same(ir::TensorId in, Window window) const {
    const ir::Shape& shape = graph_.tensor(in).shape;
    const auto rows = ir::same_padding(shape[1], window.kernel_h, window.stride, 1);
    const auto columns = ir::same_padding(shape[2], window.kernel_w, window.stride, 1);
    return {rows[0], rows[1], columns[0], columns[1]};
  }

  ir::TensorId activation(ir::Shape shape, float scale, int zero_point) {
    ir::Tensor tensor;
    tensor.name = "tensor" + std::to_string(graph_.tensors.size());
    tensor.shape = std::move(shape);
    tensor.quantization = ir::Quantization{{scale}, {zero_point}, 0};
    return graph_.add_tensor(std::move(tensor));
  }

  ir::TensorId append(ir::Operator kind, std::vector<ir::TensorId> inputs, float scale, int zero_point) {
    ir::Op op{std::move(kind), std::move(inputs), {activation({}, scale, zero_point)}};
    graph_.tensor(op.outputs[0]).shape = ir::output_shapes(graph_, op).at(0);
    graph_.ops.push_back(op);
    return op.outputs[0];
  }

  /// A layer with weights: per-channel scales along `axis` that give the sums a deviation of some fifty steps.
  template <typename Kind>
  ir::TensorId weighted(Kind kind, ir::TensorId in, ir::Shape shape, std::size_t axis, bool relu6) {
    const float out_scale = relu6 ? 6.0F / 255 : 0.05F;
    const bool is_depthwise = std::is_same_v<Kind, ir::DepthwiseConv2D>;
    const bool per_channel = !std::is_same_v<Kind, ir::FullyConnected>;
    const int channels = shape.at(axis);
    const auto depth = static_cast<float>(ir::elements_of(shape) / channels);
    const float scale = out_scale / graph_.tensor(in).scale() / (90 * std::sqrt(depth));

    ir::Tensor weights;
    weights.name = "weights" + std::to_string(graph_.tensors.size());
    weights.shape = std::move(shape);
    const auto scales = static_cast<std::size_t>(per_channel ? channels : 1);
    weights.quantization = ir::Quantization{std::vector<float>(scales, scale), std::vector<int>(scales, 0),
                                            per_channel && is_depthwise ? 3 : 0};
    std::vector<std::int8_t> values(static_cast<std::size_t>(weights.elements()));
    for (std::int8_t& value : values) value = static_cast<std::int8_t>(draws_.between(-127, 127));
    weights.data = ir::constant_data<std::int8_t>(values);

    ir::Tensor bias;
    bias.name = "bias" + std::to_string(graph_.tensors.size());
    bias.shape = {channels};
    bias.type = ir::DataType::int32;
    const float bias_scale = scale * graph_.tensor(in).scale();
    bias.quantization = ir::Quantization{std::vector<float>(scales, bias_scale), std::vector<int>(scales, 0), 0};
    std::vector<std::int32_t> biases(static_cast<std::size_t>(channels));
    for (std::int32_t& value : biases) value = draws_.between(-2000, 2000);
    bias.data = ir::constant_data<std::int32_t>(biases);

    const ir::TensorId weights_id = graph_.add_tensor(std::move(weights));
    const ir::TensorId bias_id = graph_.add_tensor(std::move(bias));
    return append(std::move(kind), {in, weights_id, bias_id}, out_scale, relu6 ? -128 : 3);
  }

  Draws& draws_;
  ir::Graph graph_;
};

/// Expand, depthwise, project, and a shortcut where shapes allow it.
ir::TensorId inverted_residual(Int8Network& network, ir::TensorId in, int out_ch, int expansion, int kernel,
                               int stride) {
  const int in_ch = network.channels(in);
  ir::TensorId x = network.conv(in, in_ch * expansion, {1, 1, 1}, true);
  x = network.depthwise(x, {kernel, kernel, stride});
  x = network.conv(x, out_ch, {1, 1, 1}, false);
  return stride == 1 && in_ch == out_ch ? network.add(x, in) : x;
}

}  // namespace

ir::Graph random_image_network(Draws& draws) {
  const int resolution = 16 * draws.between(3, 6);
  Int8Network network(draws, "image", {1, resolution, resolution, 3});
  const double width = 0.25 + 0.05 * draws.between(0, 7);
  const auto channels = [&](int full) { return ir::make_divisible(full * width, 8); };

  ir::TensorId x = network.conv(network.input(), channels(32), {3, 3, 2}, true);
  x = network.depthwise(x, {3, 3, 1});
  x = network.conv(x, channels(16), {1, 1, 1}, false);
  const std::vector<int> stages = {24, 40, 80, 96, 160};
  const std::vector<int> strides = {2, 2, 2, 1, 2};
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    const int blocks = draws.between(1, 3);
    for (int block = 0; block < blocks; ++block) {
      x = inverted_residual(network, x, channels(stages[stage]), draws.one_of({3, 4, 6}), draws.one_of({3, 5, 7}),
                            block == 0 ? strides[stage] : 1);
    }
  }
  x = network.conv(x, channels(320), {1, 1, 1}, true);
  x = network.global_average(x);
  return network.finish(network.fully_connected(x, draws.between(2, 20)));
}

ir::Graph random_audio_network(Draws& draws) {
  Int8Network network(draws, "audio", {1, 49, 10, 1});
  const int channels = 4 * draws.between(6, 40);
  ir::TensorId x = network.conv(network.input(), channels, {10, 4, draws.between(1, 2)}, true);
  const int blocks = draws.between(2, 6);
  for (int block = 0; block < blocks; ++block) {
    x = network.depthwise(x, {3, 3, block == 0 && draws.once_in(2) ? 2 : 1});
    x = network.conv(x, draws.once_in(3) ? 4 * draws.between(6, 48) : channels, {1, 1, 1}, true);
  }
  x = network.global_average(x);
  return network.finish(network.fully_connected(x, 12));
}

std::string_view layer_type(const ir::Graph& graph, const ir::Op& op) {
  if (std::holds_alternative<ir::DepthwiseConv2D>(op.kind)) return "depthwise";
  if (std::holds_alternative<ir::FullyConnected>(op.kind)) return "fully connected";
  if (std::holds_alternative<ir::Add>(op.kind)) return "addition";
  if (std::holds_alternative<ir::Pool2D>(op.kind)) return "pooling";
  const ir::Shape& weights = graph.tensor(op.inputs.at(1)).shape;
  return weights[1] == 1 && weights[2] == 1 ? "pointwise" : "first convolution";
}

}  // namespace thimble::emulate
