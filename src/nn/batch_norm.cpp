#include "nn/batch_norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <torch/csrc/autograd/custom_function.h>

#include "nn/clones.h"

namespace thimble::nn {

namespace {

constexpr std::int64_t block_rows = 64;  ///< Rows whose sums are exact enough in float.

/// Sums of x - shift and of its square over some rows of channels.
THIMBLE_CLONES void sum_rows(const float* x, std::int64_t rows, std::int64_t channels, const float* shift, float* sum,
                             float* squares) {
  for (std::int64_t r = 0; r < rows; ++r, x += channels) {
    THIMBLE_INDEPENDENT
    for (std::int64_t c = 0; c < channels; ++c) {
      const float value = x[c] - shift[c];
      sum[c] += value;
      squares[c] += value * value;
    }
  }
}

/// y = clamp(x * factor + offset); y may be x.
THIMBLE_CLONES void scale_rows(const float* x, float* y, std::int64_t rows, std::int64_t channels, const float* factor,
                               const float* offset, Interval clamp) {
  for (std::int64_t r = 0; r < rows; ++r, x += channels, y += channels) {
    THIMBLE_INDEPENDENT
    for (std::int64_t c = 0; c < channels; ++c) {
      y[c] = std::min(std::max(x[c] * factor[c] + offset[c], clamp.least), clamp.most);
    }
  }
}

/// Sums over some rows of the gradient that passes the clamp, and of that times (x - mean).
THIMBLE_CLONES void sum_gradients(const float* x, const float* gradient, std::int64_t rows, std::int64_t channels,
                                  const float* factor, const float* offset, const float* mean, Interval clamp,
                                  float* sum, float* products) {
  for (std::int64_t r = 0; r < rows; ++r, x += channels, gradient += channels) {
    THIMBLE_INDEPENDENT
    for (std::int64_t c = 0; c < channels; ++c) {
      const float y = x[c] * factor[c] + offset[c];
      const float passed = (y > clamp.least) & (y < clamp.most) ? gradient[c] : 0.0F;
      sum[c] += passed;
      products[c] += passed * (x[c] - mean[c]);
    }
  }
}

/// The gradient of x: factor * passed gradient + along * x + constant.
THIMBLE_CLONES void gradients_of_x(const float* x, const float* gradient, float* out, std::int64_t rows,
                                   std::int64_t channels, const float* factor, const float* offset, const float* along,
                                   const float* constant, Interval clamp) {
  for (std::int64_t r = 0; r < rows; ++r, x += channels, gradient += channels, out += channels) {
    THIMBLE_INDEPENDENT
    for (std::int64_t c = 0; c < channels; ++c) {
      const float y = x[c] * factor[c] + offset[c];
      const float passed = (y > clamp.least) & (y < clamp.most) ? gradient[c] : 0.0F;
      out[c] = factor[c] * passed + (along[c] * x[c] + constant[c]);
    }
  }
}

/// Two sums for each channel.
struct Sums {
  explicit Sums(std::int64_t channels)
      : first(static_cast<std::size_t>(channels)), second(static_cast<std::size_t>(channels)) {}
  std::vector<double> first, second;
};

/// Adds up what `block(row, rows, first, second)` sums over blocks of rows.
template <typename Block>
Sums in_blocks(std::int64_t rows, std::int64_t channels, Block&& block) {
  Sums total(channels);
  std::vector<float> sums(2 * static_cast<std::size_t>(channels));
  for (std::int64_t row = 0; row < rows; row += block_rows) {
    std::fill(sums.begin(), sums.end(), 0.0F);
    block(row, std::min(block_rows, rows - row), sums.data(), sums.data() + channels);
    for (std::size_t c = 0; c < total.first.size(); ++c) {
      total.first[c] += sums[c];
      total.second[c] += sums[total.first.size() + c];
    }
  }
  return total;
}

bool has_own_loops(const torch::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == torch::kFloat32 &&
         x.is_contiguous(torch::MemoryFormat::ChannelsLast) && x.numel() > 0;
}

std::int64_t rows_of(const torch::Tensor& x) { return x.numel() / x.size(1); }

/// A batch's statistics: biased variance.
struct Statistics {
  std::vector<float> mean, variance;
};

Statistics statistics_of(const torch::Tensor& x) {
  const std::int64_t rows = rows_of(x);
  const std::int64_t channels = x.size(1);
  const float* values = x.data_ptr<float>();
  // Around the first row's values, so that a large mean does not cancel the variance.
  const Sums sums = in_blocks(rows, channels, [&](std::int64_t row, std::int64_t count, float* first, float* second) {
    sum_rows(values + row * channels, count, channels, values, first, second);
  });
  Statistics statistics;
  for (std::size_t c = 0; c < sums.first.size(); ++c) {
    const double mean = sums.first[c] / static_cast<double>(rows);
    const double variance = sums.second[c] / static_cast<double>(rows) - mean * mean;
    statistics.mean.push_back(static_cast<float>(mean + values[c]));
    statistics.variance.push_back(static_cast<float>(std::max(0.0, variance)));
  }
  return statistics;
}

void track(const BatchNorm& norm, const Statistics& batch, std::int64_t rows, double momentum) {
  float* mean = norm.mean.data_ptr<float>();
  float* variance = norm.variance.data_ptr<float>();
  const double unbiased = rows > 1 ? static_cast<double>(rows) / static_cast<double>(rows - 1) : 1.0;
  for (std::size_t c = 0; c < batch.mean.size(); ++c) {
    mean[c] = static_cast<float>((1 - momentum) * mean[c] + momentum * batch.mean[c]);
    variance[c] = static_cast<float>((1 - momentum) * variance[c] + momentum * unbiased * batch.variance[c]);
  }
}

/// y = x * factor + offset, with factor = gamma * inverse.
struct Line {
  torch::Tensor factor, offset, inverse;
};

Line line_of(const torch::Tensor& gamma, const torch::Tensor& beta, const float* mean, const float* variance,
             double eps) {
  const std::int64_t channels = gamma.numel();
  Line line{at::empty({channels}), at::empty({channels}), at::empty({channels})};
  float* inverse = line.inverse.data_ptr<float>();
  float* factor = line.factor.data_ptr<float>();
  float* offset = line.offset.data_ptr<float>();
  const float* scale = gamma.data_ptr<float>();
  const float* shift = beta.data_ptr<float>();
  for (std::int64_t c = 0; c < channels; ++c) {
    inverse[c] = static_cast<float>(1 / std::sqrt(variance[c] + eps));
    factor[c] = scale[c] * inverse[c];
    offset[c] = shift[c] - mean[c] * factor[c];
  }
  return line;
}

void normalize(const torch::Tensor& x, const torch::Tensor& y, const Line& line, Interval clamp) {
  scale_rows(x.data_ptr<float>(), y.data_ptr<float>(), rows_of(x), x.size(1), line.factor.data_ptr<float>(),
             line.offset.data_ptr<float>(), clamp);
}

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct NormalizeBatch : torch::autograd::Function<NormalizeBatch> {
  static Variable forward(AutogradContext* context, const Variable& x, const Variable&, const Variable&,
                          const torch::Tensor& mean, const Line& line, Interval clamp) {
    context->save_for_backward({x, mean, line.factor, line.offset, line.inverse});
    context->saved_data["least"] = static_cast<double>(clamp.least);
    context->saved_data["most"] = static_cast<double>(clamp.most);
    torch::Tensor y = at::empty_like(x);
    normalize(x, y, line, clamp);
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Interval clamp{static_cast<float>(context->saved_data["least"].toDouble()),
                         static_cast<float>(context->saved_data["most"].toDouble())};
    const torch::Tensor& x = saved[0];
    const torch::Tensor gradient = gradients[0].contiguous(torch::MemoryFormat::ChannelsLast);
    const std::int64_t rows = rows_of(x);
    const std::int64_t channels = x.size(1);
    const float* xs = x.data_ptr<float>();
    const float* gs = gradient.data_ptr<float>();
    const float* mean = saved[1].data_ptr<float>();
    const float* factor = saved[2].data_ptr<float>();
    const float* offset = saved[3].data_ptr<float>();
    const float* inverse = saved[4].data_ptr<float>();
    const Sums sums = in_blocks(rows, channels, [&](std::int64_t row, std::int64_t count, float* sum, float* products) {
      sum_gradients(xs + row * channels, gs + row * channels, count, channels, factor, offset, mean, clamp, sum,
                    products);
    });
    torch::Tensor of_gamma = at::empty({channels});
    torch::Tensor of_beta = at::empty({channels});
    std::vector<float> along(sums.first.size());
    std::vector<float> constant(sums.first.size());
    const auto count = static_cast<double>(rows);
    for (std::size_t c = 0; c < sums.first.size(); ++c) {
      of_beta.data_ptr<float>()[c] = static_cast<float>(sums.first[c]);
      of_gamma.data_ptr<float>()[c] = static_cast<float>(sums.second[c] * inverse[c]);
      const double slope = -factor[c] * inverse[c] * inverse[c] * sums.second[c] / count;
      along[c] = static_cast<float>(slope);
      constant[c] = static_cast<float>(-factor[c] * sums.first[c] / count - slope * mean[c]);
    }
    torch::Tensor of_x = at::empty_like(x);
    gradients_of_x(xs, gs, of_x.data_ptr<float>(), rows, channels, factor, offset, along.data(), constant.data(),
                   clamp);
    return {of_x, of_gamma, of_beta, {}, {}, {}};
  }
};

torch::Tensor by_library(const torch::Tensor& x, const BatchNorm& norm, bool from_batch, double momentum,
                         Interval clamp) {
  const torch::Tensor y =
      at::batch_norm(x, norm.gamma, norm.beta, norm.mean, norm.variance, from_batch, momentum, norm.eps, true);
  if (std::isinf(clamp.most) && std::isinf(clamp.least)) return y;
  return std::isinf(clamp.most) ? at::clamp_min(y, clamp.least) : at::hardtanh(y, clamp.least, clamp.most);
}

}  // namespace

torch::Tensor batch_norm_of_batch(const torch::Tensor& x, const BatchNorm& norm, double momentum, Interval clamp) {
  if (!has_own_loops(x)) return by_library(x, norm, true, momentum, clamp);
  const Statistics batch = statistics_of(x);
  track(norm, batch, rows_of(x), momentum);
  const Line line = line_of(norm.gamma, norm.beta, batch.mean.data(), batch.variance.data(), norm.eps);
  if (at::GradMode::is_enabled()) {
    const torch::Tensor mean = at::tensor(batch.mean);
    return NormalizeBatch::apply(x, norm.gamma, norm.beta, mean, line, clamp);
  }
  normalize(x, x, line, clamp);
  return x;
}

torch::Tensor batch_norm_of_running(const torch::Tensor& x, const BatchNorm& norm, Interval clamp) {
  if (!has_own_loops(x) || at::GradMode::is_enabled()) return by_library(x, norm, false, 0, clamp);
  normalize(x, x,
            line_of(norm.gamma, norm.beta, norm.mean.data_ptr<float>(), norm.variance.data_ptr<float>(), norm.eps),
            clamp);
  return x;
}

}  // namespace thimble::nn
