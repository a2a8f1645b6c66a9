#include <algorithm>
#include <cstring>

#include "ir/partial_sums.h"
#include "ir/requantize.h"
#include "reference/operators.h"
#include "reference/parameters.h"

namespace thimble::reference {

namespace {

/// Turns the int32 sum of an output channel into its int8 value.
struct Requantize {
  using Value = std::int8_t;
  std::vector<std::int32_t> bias;
  std::vector<ir::FixedPointFactor> factor;
  std::int32_t zero_point;
  IntegerRange range;
  ir::Rounding rounding;

  std::int8_t operator()(std::int32_t sum, std::size_t channel) const {
    // A sum that leaves 32 bits wraps, as it does on the device.
    const auto biased = static_cast<std::int32_t>(std::int64_t{sum} + bias[channel]);
    const std::int64_t value = std::int64_t{ir::requantize(biased, factor[channel], rounding)} + zero_point;
    return static_cast<std::int8_t>(std::clamp<std::int64_t>(value, range.low, range.high));
  }
};

/// The same in float.
struct AddBias {
  using Value = float;
  std::vector<float> bias;
  FloatRange range;

  float operator()(float sum, std::size_t channel) const {
    return std::clamp(sum + bias[channel], range.low, range.high);
  }
};

template <typename T>
std::vector<T> bias_or_zeros(const Operands& operands, std::size_t channels) {
  if (!operands.has_input(2)) return std::vector<T>(channels);
  std::vector<T> bias = input_values<T>(operands, 2);
  if (bias.size() != channels) reject(operands, "its bias has another number of channels");
  return bias;
}

Requantize requantization(const Operands& operands, ir::Activation activation) {
  std::vector<ir::FixedPointFactor> factors = channel_factors(operands.graph, operands.op);
  const std::size_t channels = factors.size();
  return {bias_or_zeros<std::int32_t>(operands, channels), std::move(factors), operands.output().zero_point(),
          activation_range(activation, operands.output()), operands.graph.rounding};
}

AddBias bias_addition(const Operands& operands, ir::Activation activation, std::size_t channels) {
  return {bias_or_zeros<float>(operands, channels), activation_range(activation)};
}

/// int8 values less their zero point, in 16 bits: then sums of products are plain dot products, zero is padding, and
/// the compiler has an instruction for them.
std::vector<std::int16_t> centered(const Operands& operands, std::size_t i, int zero_point) {
  const std::vector<std::int8_t> values = input_values<std::int8_t>(operands, i);
  std::vector<std::int16_t> out(values.size());
  std::transform(values.begin(), values.end(), out.begin(),
                 [zero_point](std::int8_t value) { return static_cast<std::int16_t>(value - zero_point); });
  return out;
}

template <typename Sum, typename T>
Sum dot_product(const T* a, const T* b, std::int64_t size) {
  Sum sum = 0;
  for (std::int64_t i = 0; i < size; ++i) sum += static_cast<Sum>(a[i]) * static_cast<Sum>(b[i]);
  return sum;
}

/// What a convolution's window looks at, for conv and depthwise alike.
struct Window {
  int in_h, in_w, in_ch;
  int out_h, out_w, out_ch;
  int filter_h, filter_w, stride_h, stride_w, dilation_h, dilation_w;
  ir::Padding padding;

  int row(int out_y, int tap) const { return out_y * stride_h - padding.top + tap * dilation_h; }
  int column(int out_x, int tap) const { return out_x * stride_w - padding.left + tap * dilation_w; }
  bool inside(int y, int x) const { return y >= 0 && y < in_h && x >= 0 && x < in_w; }
  std::int64_t offset(int y, int x) const { return (std::int64_t{y} * in_w + x) * in_ch; }
};

template <typename Conv>
Window window_of(const Operands& operands, const Conv& conv) {
  const ir::Shape& in = operands.input(0).shape;
  const ir::Shape& weights = operands.input(1).shape;
  const ir::Shape out = operands.output_shape();
  if (in[0] != 1) reject(operands, "computes a batch of 1 only");
  return {in[1],      in[2],         in[3],         out[1],          out[2],          out[3],      weights[1],
          weights[2], conv.stride_h, conv.stride_w, conv.dilation_h, conv.dilation_w, conv.padding};
}

/// Copies what the window sees at an output pixel into `patch`, [filter_h][filter_w][in_ch], zeros outside the image.
template <typename T>
void gather_patch(const Window& window, const T* input, int out_y, int out_x, T* patch) {
  for (int ky = 0; ky < window.filter_h; ++ky) {
    for (int kx = 0; kx < window.filter_w; ++kx, patch += window.in_ch) {
      const int y = window.row(out_y, ky);
      const int x = window.column(out_x, kx);
      if (window.inside(y, x)) {
        std::copy_n(input + window.offset(y, x), window.in_ch, patch);
      } else {
        std::fill_n(patch, window.in_ch, T{});
      }
    }
  }
}

template <typename Sum, typename T, typename Finish>
Bytes convolve(const Window& window, const std::vector<T>& input, const std::vector<T>& weights, const Finish& finish) {
  const std::int64_t patch_size = std::int64_t{window.filter_h} * window.filter_w * window.in_ch;
  std::vector<T> patch(static_cast<std::size_t>(patch_size));
  std::vector<typename Finish::Value> output;
  output.reserve(static_cast<std::size_t>(std::int64_t{window.out_h} * window.out_w * window.out_ch));
  for (int y = 0; y < window.out_h; ++y) {
    for (int x = 0; x < window.out_w; ++x) {
      gather_patch(window, input.data(), y, x, patch.data());
      for (int o = 0; o < window.out_ch; ++o) {
        const Sum sum = dot_product<Sum>(patch.data(), weights.data() + o * patch_size, patch_size);
        output.push_back(finish(sum, static_cast<std::size_t>(o)));
      }
    }
  }
  return to_bytes(output);
}

/// Each pixel's channels repeated `times` times one by one, so that output channel o of a depthwise convolution reads
/// channel o.
template <typename T>
std::vector<T> repeat_channels(const std::vector<T>& input, int times) {
  if (times == 1) return input;
  std::vector<T> out;
  out.reserve(input.size() * static_cast<std::size_t>(times));
  for (const T value : input) out.insert(out.end(), static_cast<std::size_t>(times), value);
  return out;
}

/// `window.in_ch` equals `window.out_ch` here: the channel multiplier is in `input` already.
template <typename Sum, typename T, typename Finish>
Bytes convolve_depthwise(const Window& window, const std::vector<T>& input, const std::vector<T>& weights,
                         const Finish& finish) {
  std::vector<Sum> sums(static_cast<std::size_t>(window.out_ch));
  std::vector<typename Finish::Value> output;
  output.reserve(static_cast<std::size_t>(std::int64_t{window.out_h} * window.out_w * window.out_ch));
  for (int y = 0; y < window.out_h; ++y) {
    for (int x = 0; x < window.out_w; ++x) {
      std::fill(sums.begin(), sums.end(), Sum{});
      for (int ky = 0; ky < window.filter_h; ++ky) {
        for (int kx = 0; kx < window.filter_w; ++kx) {
          const int in_y = window.row(y, ky);
          const int in_x = window.column(x, kx);
          if (!window.inside(in_y, in_x)) continue;
          const T* pixel = input.data() + window.offset(in_y, in_x);
          const T* tap = weights.data() + (std::int64_t{ky} * window.filter_w + kx) * window.out_ch;
          Sum* sum = sums.data();
          for (int c = 0; c < window.out_ch; ++c) sum[c] += static_cast<Sum>(pixel[c]) * static_cast<Sum>(tap[c]);
        }
      }
      for (std::size_t c = 0; c < sums.size(); ++c) output.push_back(finish(sums[c], c));
    }
  }
  return to_bytes(output);
}

template <typename Sum, typename T, typename Finish>
Bytes multiply_matrix(const std::vector<T>& input, const std::vector<T>& weights, std::int64_t depth,
                      std::int64_t channels, const Finish& finish) {
  std::vector<typename Finish::Value> output;
  const std::int64_t rows = depth == 0 ? 0 : static_cast<std::int64_t>(input.size()) / depth;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t o = 0; o < channels; ++o) {
      const Sum sum = dot_product<Sum>(input.data() + row * depth, weights.data() + o * depth, depth);
      output.push_back(finish(sum, static_cast<std::size_t>(o)));
    }
  }
  return to_bytes(output);
}

/// Sums as they are.
struct Keep {
  using Value = std::int32_t;
  std::int32_t operator()(std::int32_t sum, std::size_t) const { return sum; }
};

/// The sums of a convolution and of those before it in its chain, which wrap.
std::vector<std::int32_t> added_sums(const Operands& operands, const Bytes& products) {
  std::vector<std::int32_t> sums(products.size() / sizeof(std::int32_t));
  std::memcpy(sums.data(), products.data(), products.size());
  if (!ir::takes_sums(operands.op)) return sums;
  const std::vector<std::int32_t> before = input_values<std::int32_t>(operands, ir::sums_input);
  std::ranges::transform(sums, before, sums.begin(),
                         [](std::int32_t a, std::int32_t b) { return static_cast<std::int32_t>(std::int64_t{a} + b); });
  return sums;
}

/// A convolution of a chain, ir/partial_sums.h.
Bytes convolve_partially(const Operands& operands, const ir::Conv2D& conv) {
  const std::vector<std::int32_t> sums = added_sums(
      operands,
      convolve<std::int32_t>(window_of(operands, conv), centered(operands, 0, 0), centered(operands, 1, 0), Keep{}));
  if (ir::makes_sums(operands.graph, operands.op)) return to_bytes(sums);
  const Requantize finish = requantization(operands, conv.activation);
  const std::size_t channels = finish.factor.size();
  std::vector<std::int8_t> output;
  for (std::size_t i = 0; i < sums.size(); ++i) output.push_back(finish(sums[i], i % channels));
  return to_bytes(output);
}

}  // namespace

Bytes evaluate(const Operands& operands, const ir::Conv2D& conv) {
  if (ir::is_partial(operands.graph, operands.op)) return convolve_partially(operands, conv);
  const Window window = window_of(operands, conv);
  if (operands.input().type == ir::DataType::float32) {
    return convolve<float>(window, input_values<float>(operands), input_values<float>(operands, 1),
                           bias_addition(operands, conv.activation, static_cast<std::size_t>(window.out_ch)));
  }
  return convolve<std::int32_t>(window, centered(operands, 0, operands.input().zero_point()), centered(operands, 1, 0),
                                requantization(operands, conv.activation));
}

Bytes evaluate(const Operands& operands, const ir::DepthwiseConv2D& conv) {
  Window window = window_of(operands, conv);
  window.in_ch = window.out_ch;
  if (operands.input().type == ir::DataType::float32) {
    return convolve_depthwise<float>(window, repeat_channels(input_values<float>(operands), conv.multiplier),
                                     input_values<float>(operands, 1),
                                     bias_addition(operands, conv.activation, static_cast<std::size_t>(window.out_ch)));
  }
  const std::vector<std::int16_t> input = centered(operands, 0, operands.input().zero_point());
  return convolve_depthwise<std::int32_t>(window, repeat_channels(input, conv.multiplier), centered(operands, 1, 0),
                                          requantization(operands, conv.activation));
}

Bytes evaluate(const Operands& operands, const ir::FullyConnected& layer) {
  const ir::Tensor& weights = operands.input(1);
  const int channels = weights.shape[0];
  const int depth = weights.shape[1];
  if (operands.input().type == ir::DataType::float32) {
    return multiply_matrix<float>(input_values<float>(operands), input_values<float>(operands, 1), depth, channels,
                                  bias_addition(operands, layer.activation, static_cast<std::size_t>(channels)));
  }
  // Unlike convolutions, fully connected layers may have weights with a zero point.
  return multiply_matrix<std::int32_t>(centered(operands, 0, operands.input().zero_point()),
                                       centered(operands, 1, weights.zero_point()), depth, channels,
                                       requantization(operands, layer.activation));
}

}  // namespace thimble::reference
