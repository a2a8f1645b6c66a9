#include "train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thimble::train {

Sgd::Sgd(std::vector<nn::NamedTensor> parameters, SgdOptions options)
    : parameters_(std::move(parameters)), options_(options) {
  for (const nn::NamedTensor& parameter : parameters_) {
    velocities_.push_back({parameter.name, at::zeros_like(parameter.value)});
  }
}

void Sgd::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const torch::Tensor& value = parameters_[i].value;
    const torch::Tensor& velocity = velocities_[i].value;
    torch::Tensor gradient = value.grad();
    if (!gradient.defined()) continue;
    if (options_.weight_decay != 0 && nn::decays(parameters_[i])) gradient.add_(value, options_.weight_decay);
    velocity.mul_(options_.momentum).add_(gradient);
    if (options_.nesterov) {
      value.add_(gradient, -learning_rate).add_(velocity, -learning_rate * options_.momentum);
    } else {
      value.add_(velocity, -learning_rate);
    }
  }
}

double clip_gradients(const std::vector<nn::NamedTensor>& parameters, double limit) {
  const at::NoGradGuard no_grad;
  double squares = 0;
  for (const nn::NamedTensor& parameter : parameters) {
    if (const auto& gradient = parameter.value.grad(); gradient.defined()) {
      squares += gradient.square().sum().item<double>();
    }
  }
  const double norm = std::sqrt(squares);
  if (norm > limit) {
    for (const nn::NamedTensor& parameter : parameters) {
      if (auto gradient = parameter.value.grad(); gradient.defined()) gradient.mul_(limit / norm);
    }
  }
  return norm;
}

void Ema::update(const nn::Network& network, double decay) {
  const at::NoGradGuard no_grad;
  ++updates_;
  const double warmed = std::min(decay, (1.0 + static_cast<double>(updates_)) / (10.0 + static_cast<double>(updates_)));
  const auto follow = [warmed](const std::vector<nn::NamedTensor>& to, const std::vector<nn::NamedTensor>& from) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i].value.lerp_(from[i].value, 1 - warmed);
  };
  follow(average_.parameters(), network.parameters());
  follow(average_.statistics(), network.statistics());
}

}  // namespace thimble::train
