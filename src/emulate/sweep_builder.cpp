#include "emulate/sweep_builder.h"

#include <cmath>
#include <span>

#include "ir/shapes.h"

namespace thimble::emulate {

ir::TensorId SweepBuilder::input(ir::Shape shape, float scale, int zero_point) {
  ir::Tensor tensor;
  tensor.name = "input" + std::to_string(graph_.inputs.size());
  tensor.shape = std::move(shape);
  tensor.quantization = ir::Quantization{{scale}, {zero_point}, 0};
  graph_.inputs.push_back(graph_.add_tensor(std::move(tensor)));
  return graph_.inputs.back();
}

ir::TensorId SweepBuilder::constant(ir::Shape shape, ir::Quantization quantization) {
  ir::Tensor tensor;
  tensor.name = "weights";
  tensor.shape = std::move(shape);
  tensor.quantization = std::move(quantization);
  std::vector<std::int8_t> values(static_cast<std::size_t>(tensor.elements()));
  for (std::int8_t& value : values) value = static_cast<std::int8_t>(draws_.between(-127, 127));
  tensor.data = ir::constant_data<std::int8_t>(values);
  return graph_.add_tensor(std::move(tensor));
}

ir::TensorId SweepBuilder::bias(int channels, const ir::Quantization& of_weights, float in_scale) {
  ir::Tensor tensor;
  tensor.name = "bias";
  tensor.shape = {channels};
  tensor.type = ir::DataType::int32;
  ir::Quantization quantization = of_weights;
  quantization.axis = 0;
  for (float& scale : quantization.scale) scale *= in_scale;
  tensor.quantization = std::move(quantization);
  std::vector<std::int32_t> values(static_cast<std::size_t>(channels));
  for (std::int32_t& value : values) value = draws_.between(-2000, 2000);
  tensor.data = ir::constant_data<std::int32_t>(values);
  return graph_.add_tensor(std::move(tensor));
}

ir::Graph SweepBuilder::finish(ir::Operator kind, std::vector<ir::TensorId> inputs, float scale, int zero_point,
                               ir::Shape shape) {
  ir::Tensor out;
  out.name = "output";
  out.shape = std::move(shape);
  out.quantization = ir::Quantization{{scale}, {zero_point}, 0};
  const ir::TensorId id = graph_.add_tensor(std::move(out));
  graph_.name = "sweep";
  graph_.outputs = {id};
  graph_.ops.push_back({std::move(kind), std::move(inputs), {id}});
  ir::Tensor& added = graph_.tensor(id);
  if (added.shape.empty()) added.shape = ir::output_shapes(graph_, graph_.ops[0]).at(0);
  return std::move(graph_);
}

ir::Graph convolution_graph(Draws& draws, const SweptConvolution& c) {
  SweepBuilder builder(draws);
  const float in_scale = 0.05F;
  const ir::Activation activation = c.clamped ? ir::Activation::relu : ir::Activation::none;
  const int zero_point = c.clamped ? -20 : 4;
  const ir::TensorId in = builder.input({1, c.in_h, c.in_w, c.in_ch}, in_scale);

  const std::size_t channels = c.fully_connected ? 1 : static_cast<std::size_t>(c.out_ch);
  ir::Quantization quantization{{}, std::vector<int>(channels, 0), c.depthwise ? 3 : 0};
  for (std::size_t o = 0; o < channels; ++o) quantization.scale.push_back(0.01F + 0.001F * static_cast<float>(o % 8));
  const int depth = c.kernel_h * c.kernel_w * (c.depthwise ? 1 : c.in_ch);
  const float spread = 90 * std::sqrt(static_cast<float>(depth));
  for (std::size_t o = 0; channels > 1 && c.has_outliers && o < channels; o += 8) quantization.scale[o] *= spread / 2;
  const float out_scale = in_scale * 0.01F * spread;

  if (c.fully_connected) {
    const ir::TensorId weights = builder.constant({c.out_ch, c.in_h * c.in_w * c.in_ch}, quantization);
    const ir::TensorId bias = builder.bias(c.out_ch, quantization, in_scale);
    return builder.finish(ir::FullyConnected{activation, false}, {in, weights, bias}, out_scale, zero_point);
  }
  const ir::TensorId weights = builder.constant(
      {c.depthwise ? 1 : c.out_ch, c.kernel_h, c.kernel_w, c.depthwise ? c.out_ch : c.in_ch}, quantization);
  const ir::TensorId bias = builder.bias(c.out_ch, quantization, in_scale);
  if (c.depthwise) {
    ir::DepthwiseConv2D kind;
    kind.multiplier = c.out_ch / c.in_ch;
    kind.stride_h = kind.stride_w = c.stride;
    kind.dilation_h = kind.dilation_w = c.dilation;
    kind.padding = c.padding;
    kind.activation = activation;
    return builder.finish(kind, {in, weights, bias}, out_scale, zero_point);
  }
  ir::Conv2D kind;
  kind.stride_h = kind.stride_w = c.stride;
  kind.dilation_h = kind.dilation_w = c.dilation;
  kind.padding = c.padding;
  kind.activation = activation;
  return builder.finish(kind, {in, weights, bias}, out_scale, zero_point);
}

ir::Graph partial_graph(Draws& draws, const SweptConvolution& c, std::span<const int> groups) {
  ir::Graph graph = convolution_graph(draws, c);
  const ir::Op whole = graph.ops[0];
  graph.ops.clear();
  graph.inputs.clear();
  ir::TensorId sums = ir::no_tensor;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    ir::Tensor in = graph.tensor(whole.inputs[0]);
    in.name += std::to_string(i);
    in.shape[3] = groups[i];
    ir::Tensor weights = graph.tensor(whole.inputs[1]);
    weights.shape[3] = groups[i];
    std::vector<std::int8_t> values(static_cast<std::size_t>(weights.elements()));
    for (std::int8_t& value : values) value = static_cast<std::int8_t>(draws.between(-127, 127));
    weights.data = ir::constant_data<std::int8_t>(values);
    graph.inputs.push_back(graph.add_tensor(std::move(in)));
    const bool is_last = i + 1 == groups.size();
    ir::Op op{is_last ? whole.kind : ir::Conv2D{},
              {graph.inputs.back(), graph.add_tensor(std::move(weights))},
              whole.outputs};
    op.inputs.insert(op.inputs.end(), {is_last ? whole.inputs[2] : ir::no_tensor, sums});
    if (!is_last) {
      ir::Tensor out = graph.tensor(whole.outputs[0]);
      out.name = "sums" + std::to_string(i);
      out.type = ir::DataType::int32;
      out.quantization.reset();
      sums = graph.add_tensor(std::move(out));
      op.outputs = {sums};
    }
    graph.ops.push_back(std::move(op));
  }
  return graph;
}

}  // namespace thimble::emulate
