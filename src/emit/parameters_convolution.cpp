// emit/parameters_convolution.cpp: convolutions, depthwise convolutions, fully connected layers.
#include <utility>

#include "emit/parameters.h"
#include "reference/parameters.h"
#include "target/conv_channels.h"
#include "target/weight_layout.h"

namespace thimble::emit {
namespace {

/// The shapes of a layer as thimble_conv describes them.
struct Geometry {
  ir::Shape in, out;  ///< [1,H,W,C]
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  ir::Padding padding;
  ir::Activation activation = ir::Activation::none;
};

template <typename Convolution>
Geometry windowed_geometry(const ir::Graph& graph, const ir::Op& op, const Convolution& conv) {
  const std::string& layer = graph.name_of(op);
  const ir::Shape& weights = graph.tensor(op.inputs.at(1)).shape;
  return {four_dimensions(graph.tensor(op.inputs.at(0)).shape, layer),
          four_dimensions(graph.tensor(op.outputs.at(0)).shape, layer),
          weights.at(1),
          weights.at(2),
          conv.stride_h,
          conv.stride_w,
          conv.dilation_h,
          conv.dilation_w,
          conv.padding,
          conv.activation};
}

/// A fully connected layer is a pointwise convolution of one row of pixels, one a batch.
Geometry connected_geometry(const ir::Graph& graph, const ir::Op& op, const ir::FullyConnected& layer) {
  const ir::Shape& weights = graph.tensor(op.inputs.at(1)).shape;
  const auto pixels = static_cast<int>(graph.tensor(op.inputs.at(0)).elements() / weights.at(1));
  Geometry geometry;
  geometry.in = {1, 1, pixels, weights[1]};
  geometry.out = {1, 1, pixels, weights[0]};
  geometry.activation = layer.activation;
  return geometry;
}

Geometry geometry_of(const ir::Graph& graph, const ir::Op& op) {
  if (const auto* conv = std::get_if<ir::Conv2D>(&op.kind)) return windowed_geometry(graph, op, *conv);
  if (const auto* conv = std::get_if<ir::DepthwiseConv2D>(&op.kind)) return windowed_geometry(graph, op, *conv);
  return connected_geometry(graph, op, std::get<ir::FullyConnected>(op.kind));
}

void set_geometry(Parameters& p, const Geometry& geometry) {
  p.set("in_h", geometry.in[1]);
  p.set("in_w", geometry.in[2]);
  p.set("in_ch", geometry.in[3]);
  p.set("out_h", geometry.out[1]);
  p.set("out_w", geometry.out[2]);
  p.set("out_ch", geometry.out[3]);
  p.set("kernel_h", geometry.kernel_h);
  p.set("kernel_w", geometry.kernel_w);
  p.set("stride_h", geometry.stride_h);
  p.set("stride_w", geometry.stride_w);
  p.set("dilation_h", geometry.dilation_h);
  p.set("dilation_w", geometry.dilation_w);
  p.set("pad_top", geometry.padding.top);
  p.set("pad_left", geometry.padding.left);
}

/// Weights, bias, multipliers, shifts and, if there are any, outliers: in this order.
std::vector<ConstantArray> constants_of(const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel,
                                        const std::string& prefix) {
  auto channels = target::conv_channels(graph, op);
  const auto weights = target::pack_weights(kernel.weight_layout, channels);
  const auto outliers = kernel.folder == "dsp" ? target::take_outliers(channels) : std::vector<target::Outlier>{};
  const bool is_wide = target::is_wide(kernel.weight_layout);
  ConstantArray bias{prefix + "_bias", "int32_t", {}, false};
  ConstantArray multiplier{prefix + "_multiplier", "int32_t", {}, false};
  ConstantArray shift{prefix + "_shift", "int8_t", {}, false};
  ConstantArray outlier{prefix + "_outliers", "int32_t", {}, false};
  for (const target::ConvChannel& channel : channels) {
    bias.values.push_back(channel.bias);
    multiplier.values.push_back(channel.factor.multiplier);
    shift.values.push_back(channel.factor.shift);
  }
  for (const target::Outlier& o : outliers) {
    outlier.values.insert(outlier.values.end(), {o.channel, o.factor.multiplier, o.factor.shift});
  }
  std::vector<ConstantArray> constants{
      {prefix + "_weights", is_wide ? "int16_t" : "int8_t", {weights.begin(), weights.end()}, true},
      std::move(bias),
      std::move(multiplier),
      std::move(shift)};
  if (!outliers.empty()) constants.push_back(std::move(outlier));
  return constants;
}

}  // namespace

OpCode convolution_code(const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel,
                        const std::string& prefix) {
  const Geometry geometry = geometry_of(graph, op);
  const ir::Tensor& out = graph.tensor(op.outputs.at(0));
  const reference::IntegerRange range = reference::activation_range(geometry.activation, out);
  std::vector<ConstantArray> constants = constants_of(graph, op, kernel, prefix);

  DriverCall call;
  call.inputs = {0};
  Parameters& p = call.parameters;
  p.type = "thimble_conv";
  set_geometry(p, geometry);
  p.set("in_zero_point", graph.tensor(op.inputs.at(0)).zero_point());
  p.set("out_zero_point", out.zero_point());
  p.set("out_min", range.low);
  p.set("out_max", range.high);
  p.set("weights", constants[0].pointer());
  p.set("bias", constants[1].pointer());
  p.set("multiplier", constants[2].pointer());
  p.set("shift", constants[3].pointer());
  if (constants.size() > 4) {
    p.set("outliers", constants[4].pointer());
    p.set("outlier_count", static_cast<std::int64_t>(constants[4].values.size()) / 3);
  }
  return {{std::move(call)}, std::move(constants), true};
}

}  // namespace thimble::emit
