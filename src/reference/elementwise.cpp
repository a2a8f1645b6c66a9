#include <algorithm>
#include <array>
#include <cmath>

#include "ir/requantize.h"
#include "reference/fixed_point_functions.h"
#include "reference/hard_swish.h"
#include "reference/operators.h"
#include "reference/parameters.h"

namespace thimble::reference {

namespace {

/// The element of an input that each element of the output reads, with NumPy's broadcasting: shapes are aligned at the
/// last dimension, and a dimension of size 1 repeats.
std::vector<std::int64_t> broadcast_offsets(const ir::Shape& in, const ir::Shape& out) {
  const std::vector<std::int64_t> dense = dense_strides(in);
  std::vector<std::int64_t> strides(out.size(), 0);
  const std::size_t added = out.size() - in.size();
  for (std::size_t d = 0; d < in.size(); ++d) strides[added + d] = in[d] == 1 ? 0 : dense[d];
  return strided_offsets(out, strides);
}

/// Applies `function` to the two inputs' elements, broadcast.
template <typename T, typename Function>
Bytes combine(const Operands& operands, const Function& function) {
  const ir::Shape shape = operands.output_shape();
  const std::vector<T> a = input_values<T>(operands, 0);
  const std::vector<T> b = input_values<T>(operands, 1);
  const std::vector<std::int64_t> a_offsets = broadcast_offsets(operands.input(0).shape, shape);
  const std::vector<std::int64_t> b_offsets = broadcast_offsets(operands.input(1).shape, shape);
  std::vector<T> output(a_offsets.size());
  for (std::size_t i = 0; i < output.size(); ++i) {
    output[i] = function(a[static_cast<std::size_t>(a_offsets[i])], b[static_cast<std::size_t>(b_offsets[i])]);
  }
  return to_bytes(output);
}

std::int8_t clamped(std::int64_t value, IntegerRange range) {
  return static_cast<std::int8_t>(std::clamp<std::int64_t>(value, range.low, range.high));
}

/// Each of the 256 int8 values through `function`: an element-wise operator evaluates each only once.
template <typename Function>
Bytes map_int8(const Operands& operands, const Function& function) {
  std::array<std::int8_t, 256> table{};
  for (int value = -128; value < 128; ++value) table[static_cast<std::size_t>(value + 128)] = function(value);
  std::vector<std::int8_t> values = input_values<std::int8_t>(operands);
  for (std::int8_t& value : values) value = table[static_cast<std::size_t>(value + 128)];
  return to_bytes(values);
}

template <typename Function>
Bytes map_float(const Operands& operands, const Function& function) {
  std::vector<float> values = input_values<float>(operands);
  std::transform(values.begin(), values.end(), values.begin(), function);
  return to_bytes(values);
}

/// ADD (sign 1) and SUB (sign -1).
Bytes sum_int8(const Operands& operands, ir::Activation activation, int sign) {
  const ir::Tensor& a_tensor = operands.input(0);
  const ir::Tensor& b_tensor = operands.input(1);
  const SumFactors factors = sum_factors(a_tensor, b_tensor, operands.output());
  const IntegerRange range = activation_range(activation, operands.output());
  const ir::Rounding rounding = operands.graph.rounding;
  const auto rescaled = [rounding](std::int8_t value, int zero_point, ir::FixedPointFactor factor) {
    return ir::requantize((value - zero_point) * (1 << SumFactors::left_shift), factor, rounding);
  };
  return combine<std::int8_t>(operands, [&](std::int8_t a, std::int8_t b) {
    const std::int32_t sum =
        rescaled(a, a_tensor.zero_point(), factors.a) + sign * rescaled(b, b_tensor.zero_point(), factors.b);
    return clamped(std::int64_t{ir::requantize(sum, factors.out, rounding)} + operands.output().zero_point(), range);
  });
}

Bytes product_int8(const Operands& operands, ir::Activation activation) {
  const int a_zero_point = operands.input(0).zero_point();
  const int b_zero_point = operands.input(1).zero_point();
  const ir::FixedPointFactor factor = product_factor(operands.input(0), operands.input(1), operands.output());
  const IntegerRange range = activation_range(activation, operands.output());
  return combine<std::int8_t>(operands, [&](std::int8_t a, std::int8_t b) {
    const std::int32_t product = (a - a_zero_point) * (b - b_zero_point);
    return clamped(
        std::int64_t{ir::requantize(product, factor, operands.graph.rounding)} + operands.output().zero_point(), range);
  });
}

template <typename Function>
Bytes combine_float(const Operands& operands, ir::Activation activation, const Function& function) {
  const FloatRange range = activation_range(activation);
  return combine<float>(operands, [&](float a, float b) { return std::clamp(function(a, b), range.low, range.high); });
}

Bytes sum(const Operands& operands, ir::Activation activation, int sign) {
  switch (operands.input().type) {
    case ir::DataType::int8:
      return sum_int8(operands, activation, sign);
    case ir::DataType::float32:
      return combine_float(operands, activation, [sign](float a, float b) { return a + static_cast<float>(sign) * b; });
    default:
      reject_type(operands, operands.input().type);
  }
}

}  // namespace

Bytes evaluate(const Operands& operands, const ir::Add& add) { return sum(operands, add.activation, 1); }

Bytes evaluate(const Operands& operands, const ir::Sub& sub) { return sum(operands, sub.activation, -1); }

Bytes evaluate(const Operands& operands, const ir::Mul& mul) {
  switch (operands.input().type) {
    case ir::DataType::int8:
      return product_int8(operands, mul.activation);
    case ir::DataType::float32:
      return combine_float(operands, mul.activation, [](float a, float b) { return a * b; });
    default:
      reject_type(operands, operands.input().type);
  }
}

Bytes evaluate(const Operands& operands, const ir::Clamp& clamp) {
  const ir::Tensor& in = operands.input();
  const ir::Tensor& out = operands.output();
  if (in.type == ir::DataType::float32) {
    const FloatRange range = activation_range(clamp.activation);
    return map_float(operands, [range](float value) { return std::clamp(value, range.low, range.high); });
  }
  if (in.type != ir::DataType::int8) reject_type(operands, in.type);
  const ir::FixedPointFactor factor = rescale_factor(in, out);
  const IntegerRange range = activation_range(clamp.activation, out);
  return map_int8(operands, [&](int value) {
    return clamped(
        std::int64_t{ir::requantize(value - in.zero_point(), factor, operands.graph.rounding)} + out.zero_point(),
        range);
  });
}

Bytes evaluate(const Operands& operands, const ir::Sigmoid&) {
  const ir::Tensor& in = operands.input();
  if (in.type == ir::DataType::float32) {
    return map_float(operands, [](float value) { return 1.0F / (1.0F + std::exp(-value)); });
  }
  if (in.type != ir::DataType::int8) reject_type(operands, in.type);
  constexpr int output_zero_point = -128;  // With a scale of 1/256: the TFLite specification leaves no choice.
  if (operands.output().zero_point() != output_zero_point) reject(operands, "its output's zero point is not -128");
  const SigmoidScaling scaling = sigmoid_scaling(in);
  const IntegerRange range = range_of(ir::DataType::int8);
  return map_int8(operands, [&](int value) {
    const std::int32_t centered = value - in.zero_point();
    if (centered <= -scaling.radius) return static_cast<std::int8_t>(range.low);
    if (centered >= scaling.radius) return static_cast<std::int8_t>(range.high);
    const std::int32_t probability = logistic(ir::requantize(centered, scaling.factor, operands.graph.rounding), 4);
    return clamped(ir::rounding_shift_right(probability, 31 - 8) + output_zero_point, range);
  });
}

Bytes evaluate(const Operands& operands, const ir::HardSwish&) {
  const ir::Tensor& in = operands.input();
  const ir::Tensor& out = operands.output();
  if (in.type == ir::DataType::float32) {
    return map_float(operands, [](float value) { return value * std::clamp(value + 3.0F, 0.0F, 6.0F) / 6.0F; });
  }
  if (in.type != ir::DataType::int8) reject_type(operands, in.type);
  if (!has_hard_swish_scales(in, out)) reject(operands, "its output's scale is less than 1/128 of its input's");
  const HardSwishScaling scaling = hard_swish_scaling(in, out);
  const IntegerRange range = range_of(ir::DataType::int8);
  return map_int8(operands, [&](int value) {
    return clamped(std::int64_t{hard_swish(value - in.zero_point(), scaling)} + out.zero_point(), range);
  });
}

}  // namespace thimble::reference
