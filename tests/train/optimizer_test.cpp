#include "train/optimizer.h"

#include <gtest/gtest.h>

#include "ir/builders/builders.h"
#include "synthetic.h"

namespace thimble::train {
namespace {

void give_gradients(const nn::Network& network, float value) {
  for (const nn::NamedTensor& parameter : network.parameters()) {
    parameter.value.mutable_grad() = at::full_like(parameter.value, value);
  }
}

float first_of(const torch::Tensor& tensor) { return tensor.detach().flatten()[0].item<float>(); }

TEST(Sgd, FollowsPyTorchsFormula) {
  const nn::Network network(testing::tiny_network(), 1);
  Sgd sgd(network.parameters(), {.momentum = 0.5, .nesterov = false, .weight_decay = 0});
  const float before = first_of(network.parameters()[0].value);
  give_gradients(network, 1);
  sgd.step(0.1);  // v = 1
  give_gradients(network, 1);
  sgd.step(0.1);  // v = 1.5
  EXPECT_NEAR(first_of(network.parameters()[0].value), before - 0.25F, 1e-6);
}

TEST(Sgd, DecaysWeightsButNotNormalizationOrBiases) {
  const nn::Network network(testing::tiny_network(), 1);
  std::vector<torch::Tensor> before;
  for (const auto& parameter : network.parameters()) before.push_back(parameter.value.detach().clone());
  Sgd sgd(network.parameters(), {.momentum = 0, .nesterov = false, .weight_decay = 0.5});
  give_gradients(network, 0);
  sgd.step(1);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const nn::NamedTensor& parameter = network.parameters()[i];
    const bool weight = parameter.name.ends_with("/weight");
    EXPECT_TRUE(at::allclose(parameter.value, before[i] * (weight ? 0.5 : 1.0))) << parameter.name;
  }
}

TEST(ClipGradients, ScalesAllToTheLimit) {
  const nn::Network network(testing::tiny_network(), 1);
  give_gradients(network, 2);
  const double norm = clip_gradients(network.parameters(), 1);
  EXPECT_GT(norm, 1);
  EXPECT_NEAR(clip_gradients(network.parameters(), 1e9), 1, 1e-5);
}

TEST(Ema, FollowsSlowlyAndForgetsItsStart) {
  const nn::Network network(testing::tiny_network(), 1);
  Ema ema(network);
  const at::NoGradGuard no_grad;
  network.parameters()[0].value.fill_(0);
  ema.network().parameters()[0].value.fill_(1);
  ema.update(network, 0.5);  // d = min(0.5, 2 / 11)
  EXPECT_NEAR(first_of(ema.network().parameters()[0].value), 2.0F / 11.0F, 1e-6);
  ema.set_updates(1000);
  ema.update(network, 0.5);
  EXPECT_NEAR(first_of(ema.network().parameters()[0].value), 1.0F / 11.0F, 1e-6);
}

}  // namespace
}  // namespace thimble::train
