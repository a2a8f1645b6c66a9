// train/run.h
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "train/trainer.h"

namespace thimble::train {

/// A training as a user asks for it.
struct RunOptions {
  std::filesystem::path
      folder;           ///< Gets checkpoint.pt, arch.json, recipe.json, normalization.json, log.jsonl, float.tflite.
  bool resume = false;  ///< Goes on with what `folder` holds.
  TrainerOptions trainer;
};

struct RunResult {
  TrainingResult training;
  bool int8 = false;  ///< `training` is the quantization-aware one.
  std::string network;
  std::int64_t macs = 0;
  std::int64_t parameters = 0;
};
Json to_json(const RunResult& result);

/// Builds the network, opens the dataset at the network's size, trains, and writes the folder. float.tflite is written
/// when the training is finished; its labels are the dataset's class names. With recipe.quantization.epochs, a
/// quantization-aware training follows in `folder`/int8, and int8.tflite.
RunResult run(const Recipe& recipe, const RunOptions& options);

/// Writes `folder`/float.tflite from the checkpoint there, of a training that may still go on. Without the dataset: the
/// file has no class names.
void export_checkpoint(const std::filesystem::path& folder);

/// The recipe with which a folder was trained. @throws Error if there is none.
Recipe recorded_recipe(const std::filesystem::path& folder);

}  // namespace thimble::train
