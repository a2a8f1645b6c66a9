// train/finish_network.h
#pragma once

#include "train/trainer.h"

namespace thimble::train {

struct FinishedNetwork {
  bool finished = false;  ///< False: interrupted.
  double float_accuracy = 0;
  double int8_accuracy = 0;  ///< The simulation's.
};

/// Trains a network by a recipe, and then as int8 will compute it; goes on with what `folder` holds, by the recipe that
/// it began with. Writes float.tflite, int8.tflite and normalization.json there, and the recipe, checkpoints and logs
/// to `folder`/finish and `folder`/int8.
FinishedNetwork finish_network(const ir::NetConfig& network, const Recipe& recipe, const data::DatasetSplits& splits,
                               const data::Normalization& normalization, const std::filesystem::path& folder,
                               TrainingStart start, const TrainerOptions& options);

}  // namespace thimble::train
