#include "train/finish_network.h"

#include "export/tflite_export.h"
#include "train/quantization_aware.h"

namespace thimble::train {

FinishedNetwork finish_network(const ir::NetConfig& network, const Recipe& recipe, const data::DatasetSplits& splits,
                               const data::Normalization& normalization, const std::filesystem::path& folder,
                               TrainingStart start, const TrainerOptions& options) {
  write_json(folder / "normalization.json", data::to_json(normalization));
  const auto has_begun = [&](const char* part) { return std::filesystem::exists(folder / part / "checkpoint.pt"); };
  const TrainingResult trained =
      train(network, recipe, splits, normalization, folder / "finish", has_begun("finish"), start, options);
  if (!trained.finished) return {};
  exporting::write_tflite(trained.graph, folder / "float.tflite");
  start.graph = nullptr;
  start.state = trained.state;
  const QuantizationAwareResult int8 = train_quantization_aware(network, recipe, splits, normalization, folder / "int8",
                                                                has_begun("int8"), start, options);
  if (!int8.training.finished) return {};
  exporting::write_tflite(int8.int8, folder / "int8.tflite");
  return {true, trained.last.accuracy, int8.training.last.accuracy};
}

}  // namespace thimble::train
