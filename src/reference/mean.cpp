#include <algorithm>

#include "ir/requantize.h"
#include "reference/operators.h"
#include "reference/parameters.h"

namespace thimble::reference {

namespace {

bool is_reduced(const ir::Mean& mean, std::size_t dimension) {
  return std::find(mean.axes.begin(), mean.axes.end(), static_cast<int>(dimension)) != mean.axes.end();
}

/// Sums the input along the mean's axes, in the order in which its elements lie.
template <typename T, typename Sum>
std::vector<Sum> sums_along_axes(const Operands& operands, const ir::Mean& mean) {
  const ir::Shape& shape = operands.input().shape;
  ir::Shape kept = shape;
  for (std::size_t d = 0; d < kept.size(); ++d) kept[d] = is_reduced(mean, d) ? 1 : shape[d];
  std::vector<std::int64_t> strides = dense_strides(kept);
  for (std::size_t d = 0; d < kept.size(); ++d) {
    if (is_reduced(mean, d)) strides[d] = 0;
  }
  const std::vector<std::int64_t> targets = strided_offsets(shape, strides);
  const std::vector<T> input = input_values<T>(operands);
  std::vector<Sum> sums(static_cast<std::size_t>(ir::elements_of(kept)));
  for (std::size_t i = 0; i < input.size(); ++i) sums[static_cast<std::size_t>(targets[i])] += input[i];
  return sums;
}

Bytes mean_int8(const Operands& operands, const ir::Mean& mean, std::int64_t count) {
  const ir::Tensor& in = operands.input();
  const ir::Tensor& out = operands.output();
  const ir::FixedPointFactor factor = mean_factor(in, out, count);
  const IntegerRange range = range_of(ir::DataType::int8);
  const auto zero_points = static_cast<std::int32_t>(in.zero_point() * count);
  std::vector<std::int8_t> output;
  for (const std::int32_t sum : sums_along_axes<std::int8_t, std::int32_t>(operands, mean)) {
    const std::int64_t value =
        std::int64_t{ir::requantize(sum - zero_points, factor, operands.graph.rounding)} + out.zero_point();
    output.push_back(static_cast<std::int8_t>(std::clamp<std::int64_t>(value, range.low, range.high)));
  }
  return to_bytes(output);
}

Bytes mean_float(const Operands& operands, const ir::Mean& mean, std::int64_t count) {
  std::vector<float> values = sums_along_axes<float, float>(operands, mean);
  for (float& value : values) value /= static_cast<float>(count);
  return to_bytes(values);
}

}  // namespace

Bytes evaluate(const Operands& operands, const ir::Mean& mean) {
  std::int64_t count = 1;
  for (const int axis : mean.axes) count *= operands.input().shape.at(static_cast<std::size_t>(axis));
  if (count == 0) reject(operands, "is a mean of no elements");
  switch (operands.input().type) {
    case ir::DataType::int8:
      return mean_int8(operands, mean, count);
    case ir::DataType::float32:
      return mean_float(operands, mean, count);
    default:
      reject_type(operands, operands.input().type);
  }
}

}  // namespace thimble::reference
