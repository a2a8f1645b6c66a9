#include "nn/depthwise.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

namespace thimble::nn {
namespace {

struct Shape {
  int channels, height, width, kernel, stride;
};

TEST(Depthwise, ItsWeightGradientIsTheLibrarys) {
  at::set_num_threads(1);
  at::manual_seed(6);
  for (const Shape& s : {Shape{16, 9, 9, 7, 1}, Shape{24, 5, 8, 5, 2}, Shape{40, 3, 3, 7, 1}, Shape{8, 14, 14, 7, 2},
                         Shape{3, 6, 6, 3, 1}, Shape{48, 1, 1, 5, 1}}) {
    const int padding = s.kernel / 2;
    const auto x = at::randn({4, s.channels, s.height, s.width}).contiguous(torch::MemoryFormat::ChannelsLast);
    auto weights = at::randn({s.channels, 1, s.kernel, s.kernel}).requires_grad_(true);
    const auto y = at::conv2d(x, weights, {}, s.stride, padding, 1, s.channels);
    const auto gradient = at::randn_like(y);
    y.backward(gradient);
    const auto found = depthwise_weight_gradient(x, gradient, s.kernel, s.stride, padding);
    EXPECT_TRUE(at::allclose(found, weights.grad(), 1e-4, 1e-4)) << s.channels << " k" << s.kernel;
  }
}

TEST(Depthwise, ItsGradientsReachPicturesAndWeights) {
  at::manual_seed(7);
  const auto x = at::randn({2, 16, 7, 7}).contiguous(torch::MemoryFormat::ChannelsLast);
  const auto w = at::randn({16, 1, 5, 5});
  const auto gradients = [&](bool own) {
    const auto xs = x.clone().requires_grad_(true);
    const auto ws = w.clone().requires_grad_(true);
    (own ? depthwise(xs, ws, 2, 2) : at::conv2d(xs, ws, {}, 2, 2, 1, 16)).square().sum().backward();
    return std::pair{xs.grad(), ws.grad()};
  };
  const auto [of_x, of_w] = gradients(true);
  const auto [expected_of_x, expected_of_w] = gradients(false);
  EXPECT_TRUE(at::allclose(of_x, expected_of_x, 1e-4, 1e-4));
  EXPECT_TRUE(at::allclose(of_w, expected_of_w, 1e-4, 1e-4));
}

}  // namespace
}  // namespace thimble::nn
