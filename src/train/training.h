// train/training.h
#pragma once

#include <optional>
#include <vector>

#include "data/dataset.h"
#include "data/normalization.h"
#include "nn/network.h"
#include "train/batch.h"
#include "train/checkpoint.h"
#include "train/optimizer.h"
#include "train/recipe.h"
#include "train/trainer.h"
#include "train/workers.h"

namespace thimble::train {

/// Sums over samples.
struct Score {
  double loss_sum = 0;
  long correct = 0;
  long samples = 0;
  void operator+=(const Score& other) {
    loss_sum += other.loss_sum;
    correct += other.correct;
    samples += other.samples;
  }
};

/// One training in memory: the network, its optimizer and average, and the workers that compute its gradients.
class Training {
 public:
  Training(const ir::NetConfig& config, const Recipe& recipe, const data::DatasetSplits& splits,
           const data::Normalization& normalization, const TrainingStart& start, const TrainerOptions& options);

  long steps() const { return steps_per_epoch_ * recipe_.epochs; }
  long steps_per_epoch() const { return steps_per_epoch_; }
  bool on_validation() const { return on_validation_; }

  /// Makes the weights, and the ranges of a quantization-aware training, those that `start` asks for. A checkpoint has
  /// them already.
  void begin();

  /// One step of gradient descent. Returns the score of its samples before the step.
  Score step(long step, double progress);

  /// Of the averaged network where there is one, on the held-out part.
  Score evaluate();

  /// The learning rate at this progress.
  double rate(double progress) const { return learning_rate(schedule_, progress); }

  /// Everything of a checkpoint that is not the loop's.
  void save_to(Checkpoint& checkpoint) const;
  void load_from(const Checkpoint& checkpoint);

  /// What the training is for: the averaged network where there is one.
  const nn::Network& result() const { return average_ ? average_->network() : network_; }

 private:
  void make_replicas();
  torch::Tensor calibration_pictures(Batch& batch) const;
  torch::Tensor loss_of(const torch::Tensor& logits, const torch::Tensor& pictures, const torch::Tensor& labels) const;
  nn::Network& worker_network(std::size_t worker) { return worker == 0 ? network_ : replicas_[worker - 1]; }

  const Recipe& recipe_;
  const TrainingStart start_;
  const data::Normalization normalization_;
  BatchMaker train_;
  BatchMaker held_out_;
  bool on_validation_;
  torch::Device device_;
  Workers workers_;
  nn::Network network_;
  std::vector<nn::Network> replicas_;
  std::optional<Sgd> sgd_;
  std::optional<Ema> average_;
  std::vector<Batch> batches_;
  std::vector<std::size_t> order_;
  long order_epoch_ = -1;
  long steps_per_epoch_ = 1;
  Schedule schedule_;
};

}  // namespace thimble::train
