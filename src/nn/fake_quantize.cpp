#include "nn/fake_quantize.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <torch/csrc/autograd/custom_function.h>

#include "nn/clones.h"

namespace thimble::nn {

namespace {

/// An affine in the form that the loops use: step q of a value is value * inverse + zero.
struct Steps {
  float scale, inverse, zero;
};

Steps steps_of(const torch::Tensor& range) {
  const quantize::Affine affine = quantize::int8_affine(range_of(range));
  return {affine.scale, 1.0F / affine.scale, static_cast<float>(affine.zero_point)};
}

/// Adding and subtracting this rounds a float below 2^22 to an integer.
constexpr float rounder = 12582912.0F;

THIMBLE_CLONES void quantize_all(const float* x, float* y, std::int64_t count, Steps s) {
  const float least = -128.0F - s.zero;
  const float most = 127.0F - s.zero;
  THIMBLE_INDEPENDENT
  for (std::int64_t i = 0; i < count; ++i) {
    const float step = std::min(std::max(x[i] * s.inverse, least), most);
    y[i] = ((step + rounder) - rounder) * s.scale;
  }
}

/// The gradient of x, and the sums for the two ends: of gradients clipped there, and of gradient * rounding error.
struct EndSums {
  double below = 0, above = 0, rounding = 0;
};

constexpr std::int64_t block = 1024;  ///< Values whose sums are exact enough in float.

THIMBLE_CLONES void gradients_of_block(const float* x, const float* gradient, float* out, std::int64_t count, Steps s,
                                       float* sums) {
  const float least = -128.0F - s.zero;
  const float most = 127.0F - s.zero;
  constexpr int lanes = 16;
  float below[lanes] = {}, above[lanes] = {}, rounding[lanes] = {};
  for (std::int64_t i = 0; i < count; i += lanes) {
    for (int k = 0; k < lanes; ++k) {
      const float step = x[i + k] * s.inverse;
      const float g = gradient[i + k];
      const float low = step < least ? g : 0.0F;
      const float high = step > most ? g : 0.0F;
      const float inside = g - low - high;
      const float clamped = std::min(std::max(step, least), most);
      out[i + k] = inside;
      below[k] += low;
      above[k] += high;
      rounding[k] += inside * (((clamped + rounder) - rounder) - clamped);
    }
  }
  for (int k = 0; k < lanes; ++k) {
    sums[0] += below[k];
    sums[1] += above[k];
    sums[2] += rounding[k];
  }
}

EndSums gradients_of(const float* x, const float* gradient, float* out, std::int64_t count, Steps s) {
  EndSums total;
  const auto add = [&](const float* xs, const float* gs, float* outs, std::int64_t n) {
    float sums[3] = {};
    gradients_of_block(xs, gs, outs, n, s, sums);
    total.below += sums[0];
    total.above += sums[1];
    total.rounding += sums[2];
  };
  const std::int64_t whole = count / 16 * 16;
  for (std::int64_t i = 0; i < whole; i += block) add(x + i, gradient + i, out + i, std::min(block, whole - i));
  if (whole == count) return total;
  float tail[3][16] = {};
  std::copy(x + whole, x + count, tail[0]);
  std::copy(gradient + whole, gradient + count, tail[1]);
  add(tail[0], tail[1], tail[2], 16);
  std::copy(tail[2], tail[2] + (count - whole), out + whole);
  return total;
}

/// The same with tensor operations, for GPUs.
std::pair<torch::Tensor, EndSums> gradients_of(const torch::Tensor& x, const torch::Tensor& gradient, Steps s) {
  const torch::Tensor step = x * s.inverse;
  const torch::Tensor low = gradient * step.lt(-128.0F - s.zero);
  const torch::Tensor high = gradient * step.gt(127.0F - s.zero);
  const torch::Tensor inside = gradient - low - high;
  return {inside,
          {low.sum().item<double>(), high.sum().item<double>(), (inside * (step.round() - step)).sum().item<double>()}};
}

bool is_plain(const torch::Tensor& x) { return x.device().is_cpu() && x.scalar_type() == torch::kFloat32; }

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct FakeQuantize : torch::autograd::Function<FakeQuantize> {
  static Variable forward(AutogradContext* context, const Variable& x, const Variable& range) {
    context->save_for_backward({x, range});
    const Steps s = steps_of(range);
    if (!is_plain(x)) return (x * s.inverse).clamp(-128.0F - s.zero, 127.0F - s.zero).round_().mul_(s.scale);
    const torch::Tensor dense = x.is_non_overlapping_and_dense() ? x : x.contiguous();
    torch::Tensor y = at::empty_like(dense);
    quantize_all(dense.data_ptr<float>(), y.data_ptr<float>(), y.numel(), s);
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor& range = saved[1];
    const Steps s = steps_of(range);
    torch::Tensor of_x;
    EndSums sums;
    if (is_plain(saved[0])) {
      const torch::Tensor x = saved[0].is_non_overlapping_and_dense() ? saved[0] : saved[0].contiguous();
      of_x = at::empty_like(x);
      const torch::Tensor gradient = at::empty_like(x).copy_(gradients[0]);
      sums = gradients_of(x.data_ptr<float>(), gradient.data_ptr<float>(), of_x.data_ptr<float>(), x.numel(), s);
    } else {
      std::tie(of_x, sums) = gradients_of(saved[0], gradients[0], s);
    }
    if (!range.requires_grad()) return {of_x, {}};
    const quantize::Range ends = range_of(range);
    const double factor = 255.0 * 255.0 / std::sqrt(127.0 * static_cast<double>(of_x.numel()));
    const torch::Tensor of_range = at::tensor({ends.min == 0 ? 0.0 : factor * (sums.below - sums.rounding / 255.0),
                                               ends.max == 0 ? 0.0 : factor * (sums.above + sums.rounding / 255.0)},
                                              torch::kFloat32);
    return {of_x, of_range.to(range.device())};
  }
};

}  // namespace

quantize::Range range_of(const torch::Tensor& range) {
  const torch::Tensor ends = range.detach().cpu();
  const float least = std::min(0.0F, ends.data_ptr<float>()[0]);
  return {.min = least, .max = std::max(0.0F, ends.data_ptr<float>()[1])};
}

torch::Tensor fake_quantize(const torch::Tensor& x, const torch::Tensor& range) {
  return FakeQuantize::apply(x, range);
}

torch::Tensor fake_quantize_weights(const torch::Tensor& weights, const torch::Tensor& factor) {
  const at::NoGradGuard no_grad;
  const torch::Tensor plain = weights.detach();
  torch::Tensor by = factor.defined() ? factor.detach().view({-1, 1, 1, 1}) : at::ones({1, 1, 1, 1}, weights.options());
  by = at::where(by == 0, at::ones_like(by), by);
  const torch::Tensor folded = plain * by;
  torch::Tensor scale = folded.abs().amax({1, 2, 3}, true) / 127;
  scale = at::where(scale == 0, at::ones_like(scale), scale);
  const torch::Tensor error = (folded / scale).round_().mul_(scale).div_(by).sub_(plain);
  const at::AutoGradMode with_gradient(true);
  return weights + error;
}

}  // namespace thimble::nn
