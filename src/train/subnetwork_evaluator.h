// train/subnetwork_evaluator.h
#pragma once

#include <map>
#include <vector>

#include "data/dataset.h"
#include "data/normalization.h"
#include "nn/supernet.h"
#include "train/trainer.h"
#include "train/workers.h"

namespace thimble::train {

/// How sub-networks are measured: the running statistics of each are those of its own batches (MCUNet: 20 of 64).
struct EvaluatorOptions {
  std::size_t calibration_batches = 20;
  std::size_t calibration_batch = 64;
  std::uint64_t seed = 1;  ///< Chooses the calibration samples.
};

/// Measures the accuracy of sub-networks with a supernet's weights. The result depends on the sub-network alone, not on
/// the number of threads.
class SubnetworkEvaluator {
 public:
  /// Calibration samples come from `train`, without augmentation; accuracies are those on `held_back`. `supernet` must
  /// outlive this, and its weights may not change meanwhile.
  SubnetworkEvaluator(const nn::Supernet& supernet, const data::Dataset& train, const data::Dataset& held_back,
                      const data::Normalization& normalization, const EvaluatorOptions& options,
                      const TrainerOptions& trainer);

  /// The share of the held-back samples that the sub-network gets right. Takes aligned sub-networks.
  double accuracy(const ir::NetConfig& subnetwork);

  /// The sub-network as it is measured: on its own, with its own running statistics.
  nn::Network network(const ir::NetConfig& subnetwork);

 private:
  /// Pictures of one size, in batches.
  using Batches = std::vector<torch::Tensor>;
  Batches load(const data::Dataset& dataset, std::size_t batch, const data::Normalization& normalization,
               Batches* labels) const;
  void measure(nn::Network& network, const Batches& calibration);

  const nn::Supernet& supernet_;
  torch::Device device_;
  Workers workers_;
  Batches labels_;
  std::size_t samples_;
  /// By resolution; scaled from the supernet's when they are first asked for.
  std::map<int, Batches> calibration_, pictures_;
};

}  // namespace thimble::train
