// train/quantization_aware.h
#pragma once

#include "train/trainer.h"

namespace thimble::train {

/// What recipe.quantization makes of a recipe: its epochs, minutes and learning rate, no warm-up, no averaged weights.
Recipe quantization_recipe(const Recipe& recipe);

struct QuantizationAwareResult {
  TrainingResult training;
  /// int8, from the weights and ranges that were learned, by the quantizer that everybody's models take.
  ir::Graph int8;
};

/// Goes on with a trained network (`start.state`) as int8 will compute it, by quantization_recipe(recipe): see
/// nn::Network::simulate_int8. The accuracies of the log are those of the simulated int8. Writes to `folder` what
/// `train` does.
QuantizationAwareResult train_quantization_aware(const ir::NetConfig& network, const Recipe& recipe,
                                                 const data::DatasetSplits& splits,
                                                 const data::Normalization& normalization,
                                                 const std::filesystem::path& folder, bool resume, TrainingStart start,
                                                 const TrainerOptions& options);

}  // namespace thimble::train
