// train/checkpoint.h
#pragma once

#include <filesystem>
#include <vector>

#include "nn/network.h"

namespace thimble::train {

/// What a training needs to go on as if it had not stopped. The order of samples, their augmentation and dropout are
/// functions of the recipe's seed and the step, so no generator's state is part of it.
struct Checkpoint {
  long step = 0;        ///< Steps done.
  double seconds = 0;   ///< Training time until here, over all interruptions.
  double loss_sum = 0;  ///< Of the samples of the running epoch.
  long correct = 0;     ///< Of the same.
  long ema_updates = 0;
  long part = 0;  ///< Of a training of several parts: the one that `step` and `seconds` count in.
  std::vector<nn::NamedTensor> network;
  std::vector<nn::NamedTensor> velocities;
  std::vector<nn::NamedTensor> average;  ///< Empty without EMA.
  std::vector<nn::NamedTensor> teacher;  ///< Empty without one that was made on the way.
};

/// Writes a .pt file as torch.save writes a dictionary (names "network/...", "velocity/...", "average/...",
/// "teacher/...", numbers as tensors), so that PyTorch's torch.load reads it. All or nothing.
void write_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);

/// @throws Error: unreadable, or not a checkpoint of ours.
Checkpoint read_checkpoint(const std::filesystem::path& file);

}  // namespace thimble::train
