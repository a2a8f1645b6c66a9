#include "quantize/layer_constants.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace thimble::quantize {

namespace {

constexpr double largest_bias = 1 << 30;

std::vector<float> largest_weights(std::span<const float> weights, const ChannelLayout& layout) {
  std::vector<float> largest(layout.channels, 0.0F);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!std::isfinite(weights[i])) fail("a weight is not finite");
    float& channel = largest[layout.channel_of(i)];
    channel = std::max(channel, std::abs(weights[i]));
  }
  return largest;
}

std::vector<float> weight_scales(std::span<const float> weights, const ChannelLayout& layout,
                                 std::span<const float> bias, float input_scale, bool per_channel) {
  std::vector<float> largest = largest_weights(weights, layout);
  const float overall = largest.empty() ? 0.0F : *std::max_element(largest.begin(), largest.end());
  if (!per_channel) std::fill(largest.begin(), largest.end(), overall);
  std::vector<float> scales;
  for (std::size_t c = 0; c < layout.channels; ++c) {
    // Below the normal floats, 1 / scale overflows: such a channel counts as zeros.
    float scale = std::isnormal(largest[c] / 127.0F) ? largest[c] / 127.0F : overall / 127.0F;
    if (!std::isnormal(scale)) scale = 1.0F;
    if (!bias.empty()) {
      const double least = std::abs(static_cast<double>(bias[c])) / (static_cast<double>(input_scale) * largest_bias);
      if (scale < least) scale = std::nextafter(static_cast<float>(least), HUGE_VALF);
    }
    scales.push_back(scale);
  }
  if (!per_channel) scales = {*std::max_element(scales.begin(), scales.end())};
  return scales;
}

}  // namespace

QuantizedConstants quantize_constants(std::span<const float> weights, const ChannelLayout& layout,
                                      std::span<const float> bias, float input_scale, bool per_channel) {
  QuantizedConstants out;
  out.weight_scale = weight_scales(weights, layout, bias, input_scale, per_channel);
  const auto scale_of = [&](std::size_t channel) { return out.weight_scale[per_channel ? channel : 0]; };
  out.weights.reserve(weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const float steps = std::round(weights[i] / scale_of(layout.channel_of(i)));
    out.weights.push_back(static_cast<std::int8_t>(std::clamp(steps, -127.0F, 127.0F)));
  }
  for (const float scale : out.weight_scale) out.bias_scale.push_back(input_scale * scale);
  for (std::size_t c = 0; c < bias.size(); ++c) {
    if (!std::isfinite(bias[c])) fail("a bias is not finite");
    const double steps = static_cast<double>(bias[c]) / (static_cast<double>(input_scale) * scale_of(c));
    out.bias.push_back(static_cast<std::int32_t>(std::llround(steps)));
  }
  return out;
}

}  // namespace thimble::quantize
