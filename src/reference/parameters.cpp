#include "reference/parameters.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace thimble::reference {

namespace {

template <typename T>
constexpr IntegerRange whole_range{std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};

/// The quantized value of `real`, divided and rounded in float as TFLite does, kept within `range`.
std::int32_t quantized_bound(float real, const ir::Tensor& tensor, IntegerRange range) {
  const double value = static_cast<double>(std::round(real / tensor.scale())) + tensor.zero_point();
  return static_cast<std::int32_t>(std::clamp<double>(value, range.low, range.high));
}

/// TFLite's CalculateInputRadius: the largest input that a left shift does not push out of a format with
/// `integer_bits` bits before the point.
std::int32_t input_radius(int integer_bits, int left_shift) {
  const double largest = static_cast<double>((1 << integer_bits) - 1) * std::ldexp(1.0, 31 - integer_bits - left_shift);
  return static_cast<std::int32_t>(std::min(std::floor(largest), 2147483647.0));
}

}  // namespace

IntegerRange range_of(ir::DataType type) {
  switch (type) {
    case ir::DataType::int8:
      return whole_range<std::int8_t>;
    case ir::DataType::uint8:
      return whole_range<std::uint8_t>;
    case ir::DataType::int16:
      return whole_range<std::int16_t>;
    case ir::DataType::int32:
      return whole_range<std::int32_t>;
    default:
      fail("{} is not an integer type of 8 to 32 bits", ir::name_of(type));
  }
}

IntegerRange activation_range(ir::Activation activation, const ir::Tensor& output) {
  const IntegerRange range = range_of(output.type);
  const auto bound = [&](float real) { return quantized_bound(real, output, range); };
  switch (activation) {
    case ir::Activation::none:
      return range;
    case ir::Activation::relu:
      return {bound(0.0F), range.high};
    case ir::Activation::relu6:
      return {bound(0.0F), bound(6.0F)};
    case ir::Activation::relu_n1_to_1:
      return {bound(-1.0F), bound(1.0F)};
  }
  return range;
}

FloatRange activation_range(ir::Activation activation) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  switch (activation) {
    case ir::Activation::none:
      return {-infinity, infinity};
    case ir::Activation::relu:
      return {0.0F, infinity};
    case ir::Activation::relu6:
      return {0.0F, 6.0F};
    case ir::Activation::relu_n1_to_1:
      return {-1.0F, 1.0F};
  }
  return {-infinity, infinity};
}

std::vector<ir::FixedPointFactor> channel_factors(const ir::Graph& graph, const ir::Op& op) {
  const ir::Tensor& input = graph.tensor(op.inputs.at(0));
  const ir::Tensor& weights = graph.tensor(op.inputs.at(1));
  const double output_scale = graph.tensor(op.outputs.at(0)).scale();
  if (!weights.quantization) fail("{}: weights \"{}\" have no scale", graph.name, weights.name);
  const std::vector<float>& scales = weights.quantization->scale;
  const bool depthwise = std::holds_alternative<ir::DepthwiseConv2D>(op.kind);
  const auto channels = static_cast<std::size_t>(depthwise ? weights.shape.back() : weights.shape.front());
  if (scales.size() == 1 && std::holds_alternative<ir::FullyConnected>(op.kind)) {
    const float product = input.scale() * scales[0];
    if (!std::isfinite(product)) fail("{}: the scales of \"{}\" and its input overflow", graph.name, weights.name);
    return std::vector(channels, ir::fixed_point(static_cast<double>(product) / output_scale));
  }
  if (scales.size() != 1 && scales.size() != channels) {
    fail("{}: weights \"{}\" have {} scales for {} channels", graph.name, weights.name, scales.size(), channels);
  }
  std::vector<ir::FixedPointFactor> factors;
  for (std::size_t c = 0; c < channels; ++c) {
    const float scale = scales.size() == 1 ? scales[0] : scales[c];
    factors.push_back(ir::fixed_point(static_cast<double>(input.scale()) * static_cast<double>(scale) / output_scale));
  }
  return factors;
}

SumFactors sum_factors(const ir::Tensor& a, const ir::Tensor& b, const ir::Tensor& output) {
  const double common = 2.0 * static_cast<double>(std::max(a.scale(), b.scale()));
  const double shifted_output = static_cast<double>(1 << SumFactors::left_shift) * static_cast<double>(output.scale());
  return {ir::fixed_point(static_cast<double>(a.scale()) / common),
          ir::fixed_point(static_cast<double>(b.scale()) / common), ir::fixed_point(common / shifted_output)};
}

ir::FixedPointFactor product_factor(const ir::Tensor& a, const ir::Tensor& b, const ir::Tensor& output) {
  return ir::fixed_point(static_cast<double>(a.scale()) * static_cast<double>(b.scale()) /
                         static_cast<double>(output.scale()));
}

ir::FixedPointFactor rescale_factor(const ir::Tensor& from, const ir::Tensor& to) {
  return ir::fixed_point(static_cast<double>(from.scale()) / static_cast<double>(to.scale()));
}

ir::FixedPointFactor mean_factor(const ir::Tensor& input, const ir::Tensor& output, std::int64_t count) {
  const ir::FixedPointFactor scale = rescale_factor(input, output);
  // Shift by log2(count) before the division to keep the quotient's precision, but no further than the final right
  // shift (at most 31) can take back.
  const int log2_of_count = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count))) - 1;
  const int fold = std::min({log2_of_count, 32, 31 + scale.shift});
  const std::int64_t multiplier = (static_cast<std::int64_t>(scale.multiplier) << fold) / count;
  return {static_cast<std::int32_t>(multiplier), scale.shift - fold};
}

SoftmaxScaling softmax_scaling(const ir::Tensor& input, float beta) {
  constexpr int integer_bits = 5;
  const double real = std::min(
      static_cast<double>(beta) * static_cast<double>(input.scale()) * static_cast<double>(1 << (31 - integer_bits)),
      2147483647.0);
  const ir::FixedPointFactor factor = ir::fixed_point(real);
  return {factor.multiplier, factor.shift, -input_radius(integer_bits, factor.shift)};
}

SigmoidScaling sigmoid_scaling(const ir::Tensor& input) {
  constexpr int integer_bits = 4;
  const double real = static_cast<double>(input.scale()) * static_cast<double>(1 << (31 - integer_bits));
  int exponent = 0;
  std::frexp(real, &exponent);
  return {ir::fixed_point(real), input_radius(integer_bits, exponent)};
}

std::vector<int> nearest_sources(int in_size, int out_size, bool align_corners, bool half_pixel_centers) {
  const float scale = align_corners && out_size > 1 ? static_cast<float>(in_size - 1) / static_cast<float>(out_size - 1)
                                                    : static_cast<float>(in_size) / static_cast<float>(out_size);
  const float offset = half_pixel_centers ? 0.5F : 0.0F;
  std::vector<int> sources;
  for (int i = 0; i < out_size; ++i) {
    const float position = (static_cast<float>(i) + offset) * scale;
    const int nearest = static_cast<int>(align_corners ? std::round(position) : std::floor(position));
    sources.push_back(std::clamp(nearest, 0, in_size - 1));
  }
  return sources;
}

}  // namespace thimble::reference
