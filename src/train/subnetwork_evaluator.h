// train/subnetwork_evaluator.h
#pragma once

#include <map>
#include <span>
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

/// Measures the accuracy of sub-networks with a supernet's weights, several at a time. The result for a sub-network
/// depends neither on the number of threads nor on what else is measured.
class SubnetworkEvaluator {
 public:
  /// Calibration samples come from `train`, without augmentation. `supernet` must outlive this, and its weights may not
  /// change meanwhile.
  SubnetworkEvaluator(const nn::Supernet& supernet, const data::Dataset& train,
                      const data::Normalization& normalization, const EvaluatorOptions& options,
                      const TrainerOptions& trainer);

  /// The accuracy of each on `held_back`, in [0, 1]. Takes aligned sub-networks.
  std::vector<double> accuracies(std::span<const ir::NetConfig> subnetworks, const data::Dataset& held_back);

  /// The sub-network as it is measured: with its own running statistics. For fine-tuning.
  nn::Network network(const ir::NetConfig& subnetwork);

 private:
  /// Pictures of one size, in batches.
  struct Pictures {
    std::vector<torch::Tensor> batches;
    std::vector<torch::Tensor> labels;
  };
  Pictures load(const data::Dataset& dataset, std::size_t batch) const;
  const std::vector<torch::Tensor>& calibration_at(int resolution);

  const nn::Supernet& supernet_;
  data::Normalization normalization_;
  torch::Device device_;
  Workers workers_;
  Pictures calibration_;
  std::map<int, std::vector<torch::Tensor>> calibration_by_size_;
};

}  // namespace thimble::train
