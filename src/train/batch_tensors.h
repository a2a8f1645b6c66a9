// train/batch_tensors.h
#pragma once

#include <vector>

#include <torch/types.h>

#include "nn/network.h"
#include "train/batch.h"
#include "train/trainer.h"

namespace thimble::train {

/// A batch as a tensor N x C x H x W in channels_last; shares the batch's memory on the CPU.
torch::Tensor pictures_of(Batch& batch, const data::SampleShape& shape, torch::Device device);
torch::Tensor labels_of(Batch& batch, torch::Device device);

/// How many labels have the greatest logit.
long correct_of(const torch::Tensor& logits, const torch::Tensor& labels);

/// Data-parallel workers for batches of this size.
std::size_t worker_count(const TrainerOptions& options, int batch);

/// @throws Error if there is no GPU where one is asked for.
torch::Device device_of(const TrainerOptions& options);

/// Adds the replicas' gradients to those of `to`. A replica has a gradient exactly where `to` has one.
void add_gradients(const std::vector<nn::NamedTensor>& to, const std::vector<nn::NamedTensor>& from);

void forget_gradients(const std::vector<nn::NamedTensor>& parameters);

}  // namespace thimble::train
