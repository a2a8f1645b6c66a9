#include "train/quantization_aware.h"

#include "quantize/quantize.h"

namespace thimble::train {

Recipe quantization_recipe(const Recipe& recipe) {
  Recipe changed = recipe;
  changed.epochs = recipe.quantization.epochs;
  changed.minutes = recipe.quantization.minutes;
  changed.schedule.peak = recipe.quantization.learning_rate;
  changed.warmup_epochs = 0;
  changed.ema = 0;
  return changed;
}

QuantizationAwareResult train_quantization_aware(const ir::NetConfig& network, const Recipe& recipe,
                                                 const data::DatasetSplits& splits,
                                                 const data::Normalization& normalization,
                                                 const std::filesystem::path& folder, bool resume, TrainingStart start,
                                                 const TrainerOptions& options) {
  start.quantization_aware = true;
  QuantizationAwareResult result;
  result.training = train(network, quantization_recipe(recipe), splits, normalization, folder, resume, start, options);
  if (result.training.finished) result.int8 = quantize::quantize(result.training.graph, result.training.ranges.value());
  return result;
}

}  // namespace thimble::train
