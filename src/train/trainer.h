// train/trainer.h
#pragma once

#include <atomic>
#include <filesystem>

#include "base/json.h"
#include "data/dataset.h"
#include "data/normalization.h"
#include "ir/graph.h"
#include "ir/netconfig.h"
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
  bool on_validation = false;  ///< Whether `last` was measured on a validation part.
  ir::Graph graph;             ///< The float network: the averaged weights if the recipe has EMA.
};

/// Trains a network by a recipe. With `resume`, goes on from `folder`/checkpoint.pt. Writes to `folder`: checkpoint.pt
/// (at least at each epoch's end and every `save_every` seconds) and log.jsonl (a line an epoch). The same recipe, seed
/// and number of threads give the same result on the same machine, interrupted or not, unless a time limit was reached.
/// `init` (may be null) is the graph whose weights the network starts from, see nn/init_from_graph.h.
TrainingResult train(const ir::NetConfig& network, const Recipe& recipe, const data::DatasetSplits& splits,
                     const data::Normalization& normalization, const std::filesystem::path& folder, bool resume,
                     const ir::Graph* init, const TrainerOptions& options);

/// Loads the network of a finished or running training: its averaged weights where there are any.
ir::Graph trained_graph(const ir::NetConfig& network, const std::filesystem::path& checkpoint);

}  // namespace thimble::train
