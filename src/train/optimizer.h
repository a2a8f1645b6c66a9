// train/optimizer.h
#pragma once

#include <vector>

#include <torch/types.h>

#include "nn/network.h"
#include "train/optimizer_options.h"

namespace thimble::train {

/// Stochastic gradient descent with momentum, PyTorch's formula: v = momentum * v + g; w -= rate * v, or with Nesterov
/// w -= rate * (g + momentum * v).
class Sgd {
 public:
  Sgd(std::vector<nn::NamedTensor> parameters, SgdOptions options);
  /// Changes the parameters by their gradients, in place. Parameters without a gradient stay.
  void step(double learning_rate);
  /// The velocities, named after their parameters: part of a checkpoint.
  const std::vector<nn::NamedTensor>& velocities() const { return velocities_; }

 private:
  std::vector<nn::NamedTensor> parameters_;
  std::vector<nn::NamedTensor> velocities_;
  SgdOptions options_;
};

/// Scales all gradients so that their common Euclidean norm is at most `limit`. Returns the norm before.
double clip_gradients(const std::vector<nn::NamedTensor>& parameters, double limit);

/// An exponential moving average of a network's parameters and statistics: less noisy than its last values.
class Ema {
 public:
  explicit Ema(const nn::Network& network) : average_(network.clone()) {}
  /// average += (1 - d) * (network - average), with d = min(decay, (1 + updates) / (10 + updates)), so that the first
  /// values are soon forgotten.
  void update(const nn::Network& network, double decay);
  nn::Network& network() { return average_; }
  const nn::Network& network() const { return average_; }
  std::vector<nn::NamedTensor> state() const { return average_.state(); }
  long updates() const { return updates_; }
  void set_updates(long updates) { updates_ = updates; }

 private:
  nn::Network average_;
  long updates_ = 0;
};

}  // namespace thimble::train
