#include "nn/batch_norm.h"

#include <limits>
#include <vector>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

namespace thimble::nn {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
const std::vector<Interval> intervals = {{0, 6}, {0, infinity}, {-infinity, infinity}, {-1, 1}};

/// Values, running statistics and gradients after one step.
struct Outcome {
  std::vector<torch::Tensor> tensors;
};

Outcome step(Interval clamp, bool own) {
  at::set_num_threads(1);
  at::manual_seed(3);
  const int channels = 20;
  const auto x = (at::randn({6, channels, 7, 5}) * 2 + 30).contiguous(torch::MemoryFormat::ChannelsLast);
  const auto gamma = at::rand({channels});
  gamma[3] = 0;
  const auto beta = at::randn({channels});
  const auto mean = at::randn({channels});
  const auto variance = at::rand({channels});
  const auto weight = at::randn_like(x);
  for (const auto& leaf : {x, gamma, beta}) leaf.requires_grad_(true);
  torch::Tensor y;
  if (own) {
    y = batch_norm_of_batch(x, {gamma, beta, mean, variance, 1e-5}, 0.1, clamp);
  } else {
    y = at::clamp(at::batch_norm(x, gamma, beta, mean, variance, true, 0.1, 1e-5, true), clamp.least, clamp.most);
  }
  (y * weight).sum().backward();
  return {{y, mean, variance, x.grad(), gamma.grad(), beta.grad()}};
}

TEST(BatchNorm, OfABatchEqualsTheLibrarysWithTheActivationAfterIt) {
  for (const Interval clamp : intervals) {
    const Outcome found = step(clamp, true);
    const Outcome expected = step(clamp, false);
    for (std::size_t i = 0; i < found.tensors.size(); ++i) {
      EXPECT_TRUE(at::allclose(found.tensors[i], expected.tensors[i], 1e-3, 1e-3)) << i << ", clamp " << clamp.most;
    }
  }
}

TEST(BatchNorm, WithoutGradientsItComputesTheSame) {
  for (const Interval clamp : intervals) {
    at::manual_seed(4);
    const auto x = at::randn({3, 16, 4, 4}).contiguous(torch::MemoryFormat::ChannelsLast);
    const auto gamma = at::rand({16}), beta = at::randn({16}), mean = at::randn({16}), variance = at::rand({16});
    const BatchNorm norm{gamma, beta, mean, variance, 1e-5};
    const auto running =
        at::clamp(at::batch_norm(x, gamma, beta, mean, variance, false, 0.1, 1e-5, true), clamp.least, clamp.most);
    const auto batch = batch_norm_of_batch(x, norm, 0, clamp);
    const at::NoGradGuard no_grad;
    EXPECT_TRUE(at::allclose(batch_norm_of_batch(x.clone(), norm, 0, clamp), batch, 1e-4, 1e-5));
    EXPECT_TRUE(at::allclose(batch_norm_of_running(x.clone(), norm, clamp), running, 1e-4, 1e-5));
  }
}

}  // namespace
}  // namespace thimble::nn
