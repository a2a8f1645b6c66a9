// nn/batch_norm.h
#pragma once

#include <torch/types.h>

namespace thimble::nn {

/// What lies outside is clamped: an activation such as ReLU6 is {0, 6}, none is the infinite interval.
struct Interval {
  float least;
  float most;
};

/// The tensors of a batch normalization over the channels of N x C x H x W; all of C.
struct BatchNorm {
  const torch::Tensor& gamma;
  const torch::Tensor& beta;
  const torch::Tensor& mean;      ///< Running.
  const torch::Tensor& variance;  ///< Running, unbiased.
  double eps;
};

/// Batch normalization with the batch's own statistics and the activation after it, in two passes over memory each way.
/// The statistics are tracked: running = (1 - momentum) * running + momentum * batch.
///
/// The result is that of at::batch_norm and at::hardtanh. A small network's step waits for memory: with these two it
/// reads and writes every activation three times as often, and keeps one more copy of it for the backward pass.
/// x may be overwritten where no gradients are recorded.
torch::Tensor batch_norm_of_batch(const torch::Tensor& x, const BatchNorm& norm, double momentum, Interval clamp);

/// The same with the running statistics as they are.
torch::Tensor batch_norm_of_running(const torch::Tensor& x, const BatchNorm& norm, Interval clamp);

}  // namespace thimble::nn
