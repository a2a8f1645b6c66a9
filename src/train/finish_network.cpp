#include "train/finish_network.h"

#include "export/tflite_export.h"
#include "train/quantization_aware.h"

namespace thimble::train {

namespace {

bool has_begun(const std::filesystem::path& folder) { return std::filesystem::exists(folder / "checkpoint.pt"); }

/// The recipe that a training began with; where it has not begun, the one that is asked for, which is recorded.
Recipe recipe_in(const std::filesystem::path& folder, const Recipe& asked) {
  const std::filesystem::path file = folder / "recipe.json";
  if (has_begun(folder) && std::filesystem::exists(file)) return parse_recipe(read_json(file), file.string());
  write_json(file, to_json(asked));
  return asked;
}

}  // namespace

FinishedNetwork finish_network(const ir::NetConfig& network, const Recipe& asked, const data::DatasetSplits& splits,
                               const data::Normalization& normalization, const std::filesystem::path& folder,
                               TrainingStart start, const TrainerOptions& options) {
  write_json(folder / "normalization.json", data::to_json(normalization));
  const Recipe recipe = recipe_in(folder / "finish", asked);
  const TrainingResult trained =
      train(network, recipe, splits, normalization, folder / "finish", has_begun(folder / "finish"), start, options);
  if (!trained.finished) return {};
  exporting::write_tflite(trained.graph, folder / "float.tflite");
  start.graph = nullptr;
  start.state = trained.state;
  const QuantizationAwareResult int8 = train_quantization_aware(network, recipe, splits, normalization, folder / "int8",
                                                                has_begun(folder / "int8"), start, options);
  if (!int8.training.finished) return {};
  exporting::write_tflite(int8.int8, folder / "int8.tflite");
  return {true, trained.last.accuracy, int8.training.last.accuracy};
}

}  // namespace thimble::train
