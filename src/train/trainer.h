// train/trainer.h
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <span>

#include "base/json.h"
#include "data/dataset.h"
#include "data/normalization.h"
#include "ir/graph.h"
#include "ir/netconfig.h"
#include "nn/network.h"
#include "quantize/calibration.h"
#include "train/recipe.h"

namespace thimble::train {

/// How a training runs on this machine: what does not belong to the recipe.
struct TrainerOptions {
  int threads = 0;    ///< Data-parallel workers; 0: one for each core. The result depends on it (batch statistics).
  bool cuda = false;  ///< One worker on the first GPU.
  double save_every = 60;  ///< Seconds between checkpoints, besides the one at each epoch's end.
  const std::atomic<bool>* interrupted = nullptr;  ///< Set to true, the training saves and returns.
};

struct EpochResult {
  int epoch = 0;             ///< From 1.
  double learning_rate = 0;  ///< At its end.
  double train_loss = 0;
  double train_accuracy = 0;  ///< On the augmented samples as they passed.
  double loss = 0;            ///< On the validation part, or the test part where there is none.
  double accuracy = 0;
  double seconds = 0;  ///< Training time so far.
};
Json to_json(const EpochResult& result, bool on_validation);

struct TrainingResult {
  bool finished = false;  ///< False: interrupted; the checkpoint goes on with --resume.
  EpochResult last;
  bool on_validation = false;                   ///< Whether `last` was measured on a validation part.
  ir::Graph graph;                              ///< The float network: the averaged weights if the recipe has EMA.
  std::optional<quantize::Calibration> ranges;  ///< Of the graph's tensors, where training was quantization-aware.
  std::vector<nn::NamedTensor> state;           ///< The same network as tensors.
};

/// What a training begins with beside its recipe. Null or empty: random weights, no teacher.
struct TrainingStart {
  const ir::Graph* graph = nullptr;          ///< A published network, see nn/init_from_graph.h.
  std::span<const nn::NamedTensor> state{};  ///< A network of the same layers.
  bool quantization_aware = false;           ///< Trains as int8 will compute.
  nn::Network* teacher = nullptr;            ///< Takes pictures of its own resolution.
};

/// Trains a network by a recipe. With `resume`, goes on from `folder`/checkpoint.pt. Writes to `folder`: checkpoint.pt
/// (at least at each epoch's end and every `save_every` seconds) and log.jsonl (a line an epoch). The same recipe, seed
/// and number of threads give the same result on the same machine, interrupted or not, unless a time limit was reached.
TrainingResult train(const ir::NetConfig& network, const Recipe& recipe, const data::DatasetSplits& splits,
                     const data::Normalization& normalization, const std::filesystem::path& folder, bool resume,
                     const TrainingStart& start, const TrainerOptions& options);

/// Loads the network of a finished or running training: its averaged weights where there are any.
nn::Network trained_network(const ir::NetConfig& network, const std::filesystem::path& checkpoint);

}  // namespace thimble::train
