#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "ir/requantize.h"
#include "reference/fixed_point_functions.h"
#include "reference/operators.h"
#include "reference/parameters.h"

namespace thimble::reference {

namespace {

constexpr int difference_bits = 5;  // Integer bits of the differences to the maximum, Q5.26.
constexpr int sum_bits = 12;        // Integer bits of the sum of exponentials, Q12.19.

/// 1 / sum as scale * 2^-bits_over_unit, scale in Q0.31.
struct Reciprocal {
  std::int32_t scale;
  int bits_over_unit;
};

Reciprocal reciprocal(std::int32_t sum) {
  const int headroom = std::countl_zero(static_cast<std::uint32_t>(sum));
  const auto fraction = static_cast<std::int32_t>((static_cast<std::uint32_t>(sum) << headroom) - (1U << 31));
  return {one_over_one_plus_x(fraction), sum_bits - headroom};
}

/// exp(difference * scale * beta) in Q0.31; 0 below the least difference.
std::int32_t exponential(std::int32_t difference, const SoftmaxScaling& scaling) {
  if (difference < scaling.least_difference) return 0;
  const std::int32_t scaled = ir::requantize(difference, {scaling.multiplier, scaling.left_shift});
  return exp_on_negative_values(scaled, difference_bits);
}

void softmax_row(const std::int8_t* in, std::int8_t* out, std::int64_t depth, const SoftmaxScaling& scaling) {
  const std::int32_t maximum = *std::max_element(in, in + depth);
  std::int64_t sum = 0;
  for (std::int64_t c = 0; c < depth; ++c) {
    sum += ir::rounding_shift_right(exponential(in[c] - maximum, scaling), sum_bits);
  }
  const Reciprocal inverse =
      reciprocal(static_cast<std::int32_t>(std::min<std::int64_t>(sum, std::numeric_limits<std::int32_t>::max())));
  // From Q0.31 to the output's 1/256, and down by what the sum is over 1. Beyond 31 bits nothing is left.
  const int shift = inverse.bits_over_unit + 31 - 8;
  for (std::int64_t c = 0; c < depth; ++c) {
    const std::int32_t share = ir::rounding_doubling_high_mul(inverse.scale, exponential(in[c] - maximum, scaling));
    const std::int32_t value = shift > 31 ? 0 : ir::rounding_shift_right(share, shift);
    out[c] = static_cast<std::int8_t>(std::clamp(value - 128, -128, 127));
  }
}

void softmax_row(const float* in, float* out, std::int64_t depth, float beta) {
  const float maximum = *std::max_element(in, in + depth);
  float sum = 0.0F;
  for (std::int64_t c = 0; c < depth; ++c) {
    out[c] = std::exp((in[c] - maximum) * beta);
    sum += out[c];
  }
  for (std::int64_t c = 0; c < depth; ++c) out[c] /= sum;
}

template <typename T, typename Scaling>
Bytes softmax_rows(const Operands& operands, const Scaling& scaling) {
  const std::vector<T> input = input_values<T>(operands);
  std::vector<T> output(input.size());
  const std::int64_t depth = operands.input().shape.back();
  for (std::int64_t at = 0; at < static_cast<std::int64_t>(input.size()); at += depth) {
    softmax_row(input.data() + at, output.data() + at, depth, scaling);
  }
  return to_bytes(output);
}

}  // namespace

Bytes evaluate(const Operands& operands, const ir::Softmax& softmax) {
  const ir::Tensor& out = operands.output();
  switch (operands.input().type) {
    case ir::DataType::int8:
      if (out.zero_point() != -128 || out.scale() != 1.0F / 256.0F) {
        reject(operands, "its output's scale is not 1/256 with zero point -128");
      }
      return softmax_rows<std::int8_t>(operands, softmax_scaling(operands.input(), softmax.beta));
    case ir::DataType::float32:
      return softmax_rows<float>(operands, softmax.beta);
    default:
      reject_type(operands, operands.input().type);
  }
}

}  // namespace thimble::reference
