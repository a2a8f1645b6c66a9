#include <algorithm>
#include <limits>

#include "reference/operators.h"
#include "reference/parameters.h"

namespace thimble::reference {

namespace {

/// Rows or columns [first, last) of the image that a window starting at `origin` covers.
struct Covered {
  int first, last;
  int size() const { return last - first; }
};

Covered covered(int origin, int filter, int size) { return {std::max(origin, 0), std::min(origin + filter, size)}; }

/// Folds the pixels under each window, channel by channel, and lets `finish` make the output from the result and the
/// number of pixels.
template <typename T, typename Accumulator, typename Fold, typename Finish>
Bytes pool_windows(const Operands& operands, const ir::Pool2D& pool, Accumulator initial, const Fold& fold,
                   const Finish& finish) {
  const ir::Shape& in = operands.input().shape;
  const ir::Shape out = operands.output_shape();
  if (in[0] != 1) reject(operands, "computes a batch of 1 only");
  const std::vector<T> input = input_values<T>(operands);
  const int channels = in[3];
  std::vector<Accumulator> folded(static_cast<std::size_t>(channels));
  std::vector<T> output;
  for (int y = 0; y < out[1]; ++y) {
    for (int x = 0; x < out[2]; ++x) {
      const Covered rows = covered(y * pool.stride_h - pool.padding.top, pool.filter_h, in[1]);
      const Covered columns = covered(x * pool.stride_w - pool.padding.left, pool.filter_w, in[2]);
      if (rows.size() <= 0 || columns.size() <= 0) reject(operands, "has a window that lies outside the image");
      std::fill(folded.begin(), folded.end(), initial);
      for (int in_y = rows.first; in_y < rows.last; ++in_y) {
        for (int in_x = columns.first; in_x < columns.last; ++in_x) {
          const T* pixel = input.data() + (std::int64_t{in_y} * in[2] + in_x) * channels;
          Accumulator* accumulator = folded.data();
          for (int c = 0; c < channels; ++c) accumulator[c] = fold(accumulator[c], pixel[c]);
        }
      }
      for (const Accumulator value : folded) output.push_back(finish(value, rows.size() * columns.size()));
    }
  }
  return to_bytes(output);
}

/// The mean, rounded to nearest, ties away from zero: input and output share their scale and zero point.
std::int32_t rounded_mean(std::int32_t sum, int count) {
  return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

Bytes pool_int8(const Operands& operands, const ir::Pool2D& pool) {
  const IntegerRange range = activation_range(pool.activation, operands.output());
  const auto clamped = [range](std::int32_t value) {
    return static_cast<std::int8_t>(std::clamp(value, range.low, range.high));
  };
  if (pool.kind == ir::PoolKind::max) {
    return pool_windows<std::int8_t>(
        operands, pool, std::numeric_limits<std::int8_t>::min(),
        [](std::int8_t a, std::int8_t b) { return std::max(a, b); },
        [clamped](std::int8_t value, int) { return clamped(value); });
  }
  return pool_windows<std::int8_t>(
      operands, pool, std::int32_t{0}, [](std::int32_t sum, std::int8_t value) { return sum + value; },
      [clamped](std::int32_t sum, int count) { return clamped(rounded_mean(sum, count)); });
}

Bytes pool_float(const Operands& operands, const ir::Pool2D& pool) {
  const FloatRange range = activation_range(pool.activation);
  const auto clamped = [range](float value) { return std::clamp(value, range.low, range.high); };
  if (pool.kind == ir::PoolKind::max) {
    return pool_windows<float>(
        operands, pool, std::numeric_limits<float>::lowest(), [](float a, float b) { return std::max(a, b); },
        [clamped](float value, int) { return clamped(value); });
  }
  return pool_windows<float>(
      operands, pool, 0.0F, [](float sum, float value) { return sum + value; },
      [clamped](float sum, int count) { return clamped(sum / static_cast<float>(count)); });
}

}  // namespace

Bytes evaluate(const Operands& operands, const ir::Pool2D& pool) {
  switch (operands.input().type) {
    case ir::DataType::int8:
      return pool_int8(operands, pool);
    case ir::DataType::float32:
      return pool_float(operands, pool);
    default:
      reject_type(operands, operands.input().type);
  }
}

}  // namespace thimble::reference
