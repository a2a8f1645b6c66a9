#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ir/requantize.h"
#include "reference/operators.h"
#include "reference/parameters.h"

namespace thimble::reference {

namespace {

template <typename T>
Bytes narrowed(const std::vector<std::int32_t>& values) {
  std::vector<T> out(values.size());
  std::transform(values.begin(), values.end(), out.begin(), [](std::int32_t value) { return static_cast<T>(value); });
  return to_bytes(out);
}

/// `values`, which are in range, as elements of an integer type.
Bytes integers_to_bytes(const Operands& operands, const std::vector<std::int32_t>& values) {
  switch (operands.output().type) {
    case ir::DataType::int8:
      return narrowed<std::int8_t>(values);
    case ir::DataType::uint8:
      return narrowed<std::uint8_t>(values);
    case ir::DataType::int16:
      return narrowed<std::int16_t>(values);
    case ir::DataType::int32:
      return narrowed<std::int32_t>(values);
    default:
      reject_type(operands, operands.output().type);
  }
}

void require_one_scale(const Operands& operands, const ir::Tensor& tensor) {
  if (!tensor.quantization || tensor.quantization->scale.size() != 1) {
    reject(operands, fmt::format("\"{}\" does not have one scale", tensor.name));
  }
}

/// round(value / scale) + zero_point, divided in float, ties away from zero, saturated. NaN becomes the least value.
std::int32_t quantized(float value, const ir::Tensor& tensor, IntegerRange range) {
  const double rounded = static_cast<double>(std::round(value / tensor.scale())) + tensor.zero_point();
  if (!(rounded > range.low)) return range.low;
  return static_cast<std::int32_t>(std::min<double>(rounded, range.high));
}

}  // namespace

Bytes evaluate(const Operands& operands, const ir::Quantize&) {
  const ir::Tensor& in = operands.input();
  const ir::Tensor& out = operands.output();
  require_one_scale(operands, out);
  const IntegerRange range = range_of(out.type);
  std::vector<std::int32_t> output;
  if (in.type == ir::DataType::float32) {
    for (const float value : input_values<float>(operands)) output.push_back(quantized(value, out, range));
    return integers_to_bytes(operands, output);
  }
  require_one_scale(operands, in);
  const ir::FixedPointFactor factor = rescale_factor(in, out);
  for (const std::int32_t value : input_integers(operands)) {
    const auto centered = static_cast<std::int32_t>(std::int64_t{value} - in.zero_point());
    const std::int64_t rescaled =
        std::int64_t{ir::requantize(centered, factor, operands.graph.rounding)} + out.zero_point();
    output.push_back(static_cast<std::int32_t>(std::clamp<std::int64_t>(rescaled, range.low, range.high)));
  }
  return integers_to_bytes(operands, output);
}

Bytes evaluate(const Operands& operands, const ir::Dequantize&) {
  const ir::Tensor& in = operands.input();
  if (operands.output().type != ir::DataType::float32) reject_type(operands, operands.output().type);
  require_one_scale(operands, in);
  const double scale = in.scale();
  std::vector<float> output;
  for (const std::int32_t value : input_integers(operands)) {
    output.push_back(static_cast<float>(scale * static_cast<double>(std::int64_t{value} - in.zero_point())));
  }
  return to_bytes(output);
}

}  // namespace thimble::reference
