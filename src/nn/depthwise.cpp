#include "nn/depthwise.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <torch/csrc/autograd/custom_function.h>

#include "nn/clones.h"

namespace thimble::nn {

namespace {

constexpr int lanes = 16;
using Lanes = float __attribute__((vector_size(lanes * sizeof(float)), may_alias));

/// `count` times 16 lanes of zeros, aligned for them.
torch::Tensor zero_lanes(std::int64_t count) { return at::zeros({count, lanes}); }
Lanes* lanes_of(const torch::Tensor& tensor) { return reinterpret_cast<Lanes*>(tensor.data_ptr<float>()); }

/// One picture's sizes.
struct Window {
  int height, width, out_height, out_width, stride, padding, padded_width;
};

/// Copies `count` channels of pixels in a row into 16 lanes a pixel. The lanes beyond mean nothing.
void gather_row(const float* pixels, std::ptrdiff_t channels, int count, int width, Lanes* row) {
  for (int x = 0; x < width; ++x, pixels += channels) {
    if (count == lanes) {
      std::memcpy(row + x, pixels, sizeof(Lanes));
    } else {
      std::memcpy(row + x, pixels, static_cast<std::size_t>(count) * sizeof(float));
    }
  }
}

/// A picture inside a border of zeros, which stays as it is: the loops below then know no borders, and walk memory in
/// order.
void gather(const float* pixels, std::ptrdiff_t channels, int count, const Window& window, Lanes* padded) {
  for (int y = 0; y < window.height; ++y, pixels += window.width * channels) {
    gather_row(pixels, channels, count, window.width,
               padded + (y + window.padding) * window.padded_width + window.padding);
  }
}

/// A part of the lanes that one register of an instruction set holds.
struct Register4 {
  using Type = float __attribute__((vector_size(4 * sizeof(float)), may_alias));
};
struct Register8 {
  using Type = float __attribute__((vector_size(8 * sizeof(float)), may_alias));
};
struct Register16 {
  using Type = Lanes;
};

/// sums[ky][kx] += gradient * x over one picture: a row of the kernel at a time in registers.
template <int K, typename Register>
[[gnu::always_inline]] inline void accumulate_rows(const Lanes* padded, const Lanes* gradient, const Window& window,
                                                   Lanes* sums) {
  using Part = typename Register::Type;
  constexpr int parts = sizeof(Lanes) / sizeof(Part);
  for (int y = 0; y < window.out_height; ++y) {
    for (int ky = 0; ky < K; ++ky) {
      for (int part = 0; part < parts; ++part) {
        const auto* gradients = reinterpret_cast<const Part*>(gradient + y * window.out_width) + part;
        const auto* row = reinterpret_cast<const Part*>(padded + (y * window.stride + ky) * window.padded_width) + part;
        auto* sums_of_row = reinterpret_cast<Part*>(sums + ky * K) + part;
        Part sum[K];
        for (int kx = 0; kx < K; ++kx) sum[kx] = sums_of_row[kx * parts];
        for (int x = 0; x < window.out_width; ++x, row += window.stride * parts) {
          for (int kx = 0; kx < K; ++kx) sum[kx] += gradients[x * parts] * row[kx * parts];
        }
        for (int kx = 0; kx < K; ++kx) sums_of_row[kx * parts] = sum[kx];
      }
    }
  }
}

template <typename Register>
[[gnu::always_inline]] inline void accumulate(int kernel, const Lanes* padded, const Lanes* gradient,
                                              const Window& window, Lanes* sums) {
  if (kernel == 3) return accumulate_rows<3, Register>(padded, gradient, window, sums);
  if (kernel == 5) return accumulate_rows<5, Register>(padded, gradient, window, sums);
  accumulate_rows<7, Register>(padded, gradient, window, sums);
}

// Seven sums and a row of each instruction set's widest registers: of longer vectors the compiler keeps none in any.
#ifdef THIMBLE_TARGET
THIMBLE_TARGET("x86-64-v4")
void accumulate_v4(int kernel, const Lanes* padded, const Lanes* gradient, const Window& window, Lanes* sums) {
  accumulate<Register16>(kernel, padded, gradient, window, sums);
}
THIMBLE_TARGET("x86-64-v3")
void accumulate_v3(int kernel, const Lanes* padded, const Lanes* gradient, const Window& window, Lanes* sums) {
  accumulate<Register8>(kernel, padded, gradient, window, sums);
}
#endif
void accumulate_baseline(int kernel, const Lanes* padded, const Lanes* gradient, const Window& window, Lanes* sums) {
  accumulate<Register4>(kernel, padded, gradient, window, sums);
}

auto fastest_accumulate() {
#ifdef THIMBLE_TARGET
  if (__builtin_cpu_supports("x86-64-v4")) return accumulate_v4;
  if (__builtin_cpu_supports("x86-64-v3")) return accumulate_v3;
#endif
  return accumulate_baseline;
}

bool has_own_gradient(const torch::Tensor& x, std::int64_t kernel) {
  return x.device().is_cpu() && x.scalar_type() == torch::kFloat32 && (kernel == 5 || kernel == 7);
}

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct Depthwise : torch::autograd::Function<Depthwise> {
  static Variable forward(AutogradContext* context, const Variable& x, const Variable& weights, std::int64_t stride,
                          std::int64_t padding) {
    context->save_for_backward({x, weights});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    return at::conv2d(x, weights, {}, stride, padding, 1, x.size(1));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor& x = saved[0];
    const torch::Tensor& weights = saved[1];
    const std::int64_t stride = context->saved_data["stride"].toInt();
    const std::int64_t padding = context->saved_data["padding"].toInt();
    const torch::Tensor of_x = std::get<0>(at::convolution_backward(gradients[0], x, weights, c10::nullopt,
                                                                    {stride, stride}, {padding, padding}, {1, 1}, false,
                                                                    {0, 0}, x.size(1), {true, false, false}));
    const torch::Tensor of_weights = depthwise_weight_gradient(x, gradients[0], static_cast<int>(weights.size(3)),
                                                               static_cast<int>(stride), static_cast<int>(padding));
    return {of_x, of_weights, {}, {}};
  }
};

}  // namespace

torch::Tensor depthwise_weight_gradient(const torch::Tensor& x, const torch::Tensor& gradient, int kernel, int stride,
                                        int padding) {
  const torch::Tensor pictures = x.contiguous(torch::MemoryFormat::ChannelsLast);
  const torch::Tensor dense = gradient.contiguous(torch::MemoryFormat::ChannelsLast);
  const auto channels = static_cast<std::ptrdiff_t>(x.size(1));
  const Window window{static_cast<int>(x.size(2)),
                      static_cast<int>(x.size(3)),
                      static_cast<int>(gradient.size(2)),
                      static_cast<int>(gradient.size(3)),
                      stride,
                      padding,
                      static_cast<int>(x.size(3)) + 2 * padding};
  const int outputs = window.out_height * window.out_width;
  static const auto run = fastest_accumulate();
  const std::ptrdiff_t taps = std::ptrdiff_t{kernel} * kernel;
  torch::Tensor result = at::empty({channels, 1, kernel, kernel});
  float* out = result.data_ptr<float>();
  const torch::Tensor padded = zero_lanes(std::int64_t{(window.height + 2 * padding) * window.padded_width});
  const torch::Tensor gradients = zero_lanes(outputs);
  const torch::Tensor sums = zero_lanes((channels + lanes - 1) / lanes * taps);
  for (std::int64_t n = 0; n < x.size(0); ++n) {
    const float* picture = pictures.data_ptr<float>() + n * window.height * window.width * channels;
    const float* gradient_of_picture = dense.data_ptr<float>() + n * outputs * channels;
    for (std::ptrdiff_t first = 0; first < channels; first += lanes) {
      const int count = static_cast<int>(std::min<std::ptrdiff_t>(lanes, channels - first));
      gather(picture + first, channels, count, window, lanes_of(padded));
      gather_row(gradient_of_picture + first, channels, count, outputs, lanes_of(gradients));
      run(kernel, lanes_of(padded), lanes_of(gradients), window, lanes_of(sums) + first / lanes * taps);
    }
  }
  for (std::ptrdiff_t c = 0; c < channels; ++c) {
    const float* of_channel = sums.data_ptr<float>() + c / lanes * taps * lanes + c % lanes;
    for (std::ptrdiff_t tap = 0; tap < taps; ++tap) out[c * taps + tap] = of_channel[tap * lanes];
  }
  return result.contiguous(torch::MemoryFormat::ChannelsLast);
}

torch::Tensor depthwise(const torch::Tensor& x, const torch::Tensor& weights, int stride, int padding) {
  if (!has_own_gradient(x, weights.size(3)) || !at::GradMode::is_enabled()) {
    return at::conv2d(x, weights, {}, stride, padding, 1, x.size(1));
  }
  return Depthwise::apply(x, weights, std::int64_t{stride}, std::int64_t{padding});
}

}  // namespace thimble::nn
