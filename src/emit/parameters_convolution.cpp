// emit/parameters_convolution.cpp: convolutions, depthwise convolutions, fully connected layers.
#include <utility>

#include "emit/parameters.h"
#include "ir/partial_sums.h"
#include "reference/parameters.h"
#include "target/conv_channels.h"
#include "target/convolution.h"
#include "target/weight_layout.h"

namespace thimble::emit {
namespace {

ir::Activation activation_of(const ir::Op& op) {
  if (const auto* conv = std::get_if<ir::Conv2D>(&op.kind)) return conv->activation;
  if (const auto* conv = std::get_if<ir::DepthwiseConv2D>(&op.kind)) return conv->activation;
  return std::get<ir::FullyConnected>(op.kind).activation;
}

void set_geometry(Parameters& p, const target::Convolution& c) {
  p.set("in_h", c.in_h);
  p.set("in_w", c.in_w);
  p.set("in_ch", c.in_ch);
  p.set("out_h", c.out_h);
  p.set("out_w", c.out_w);
  p.set("out_ch", c.out_ch);
  p.set("kernel_h", c.kernel_h);
  p.set("kernel_w", c.kernel_w);
  p.set("stride_h", c.stride_h);
  p.set("stride_w", c.stride_w);
  p.set("dilation_h", c.dilation_h);
  p.set("dilation_w", c.dilation_w);
  p.set("pad_top", c.padding.top);
  p.set("pad_left", c.padding.left);
}

/// The layer's arrays, by the parameters that point to them.
using NamedConstants = std::vector<std::pair<std::string, ConstantArray>>;

/// Weights, bias, what scales accumulators and, if there are any, outliers: in this order.
NamedConstants constants_of(const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel,
                            const std::string& prefix) {
  auto channels = target::conv_channels(graph, op);
  const auto packed = target::pack_weights(kernel.weight_layout, channels);
  const char* const element = target::is_wide(kernel.weight_layout) ? "int16_t" : "int8_t";
  ConstantArray weights{prefix + "_weights", element, {packed.begin(), packed.end()}, true};
  if (ir::makes_sums(graph, op)) return {{"weights", std::move(weights)}};
  const bool is_simd = kernel.folder == "dsp";
  const auto outliers = is_simd ? target::take_outliers(channels) : std::vector<target::Outlier>{};
  ConstantArray bias{prefix + "_bias", "int32_t", {}, false};
  ConstantArray multiplier{prefix + "_multiplier", "int32_t", {}, false};
  ConstantArray shift{prefix + "_shift", "int8_t", {}, false};
  ConstantArray scales{prefix + "_scales", "int32_t", {}, false};
  ConstantArray outlier{prefix + "_outliers", "int32_t", {}, false};
  for (const target::ConvChannel& channel : channels) {
    bias.values.push_back(kernel.packed_channels ? channel.packed_bias() : channel.bias);
    multiplier.values.push_back(channel.factor.multiplier);
    shift.values.push_back(channel.factor.shift);
    if (!is_simd) continue;
    const auto [factor, second] = channel.scales();
    scales.values.push_back(factor);
    if (!kernel.packed_channels) scales.values.push_back(second);
  }
  for (const target::Outlier& o : outliers) {
    outlier.values.insert(outlier.values.end(), {o.channel, o.factor.multiplier, o.factor.shift, o.bias});
  }
  NamedConstants constants;
  constants.emplace_back("weights", std::move(weights));
  constants.emplace_back("bias", std::move(bias));
  if (is_simd) {
    constants.emplace_back("scales", std::move(scales));
  } else {
    constants.emplace_back("multiplier", std::move(multiplier));
    constants.emplace_back("shift", std::move(shift));
  }
  if (!outliers.empty()) constants.emplace_back("outliers", std::move(outlier));
  return constants;
}

}  // namespace

OpCode convolution_code(const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel,
                        const std::string& prefix) {
  const ir::Tensor& out = graph.tensor(op.outputs.at(0));
  const bool makes_sums = ir::makes_sums(graph, op);
  const reference::IntegerRange range =
      makes_sums ? reference::IntegerRange{} : reference::activation_range(activation_of(op), out);

  DriverCall call;
  call.inputs = {0};
  if (ir::is_partial(graph, op)) call.inputs.push_back(static_cast<int>(ir::sums_input));
  Parameters& p = call.parameters;
  p.type = "thimble_conv";
  set_geometry(p, target::convolution_of(graph, op).value());
  p.set("in_zero_point", graph.tensor(op.inputs.at(0)).zero_point());
  p.set("out_zero_point", makes_sums ? 0 : out.zero_point());
  p.set("out_min", range.low);
  p.set("out_max", range.high);
  std::vector<ConstantArray> constants;
  for (auto& [parameter, array] : constants_of(graph, op, kernel, prefix)) {
    p.set(parameter, array.pointer());
    if (parameter == "outliers") p.set("outlier_count", static_cast<std::int64_t>(array.values.size()) / 4);
    constants.push_back(std::move(array));
  }
  if (kernel.tile_pixels > 0) p.set("tile_pixels", kernel.tile_pixels);
  return {{std::move(call)}, std::move(constants), true};
}

}  // namespace thimble::emit
