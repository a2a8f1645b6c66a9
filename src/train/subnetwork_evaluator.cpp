#include "train/subnetwork_evaluator.h"

#include <algorithm>
#include <atomic>

#include <ATen/Parallel.h>

#include "nn/resized.h"
#include "train/batch_tensors.h"

namespace thimble::train {

namespace {

constexpr std::size_t evaluation_batch = 250;

std::vector<torch::Tensor> resized(const std::vector<torch::Tensor>& batches, int size) {
  std::vector<torch::Tensor> scaled;
  for (const torch::Tensor& batch : batches) scaled.push_back(nn::resized(batch, size));
  return scaled;
}

}  // namespace

SubnetworkEvaluator::SubnetworkEvaluator(const nn::Supernet& supernet, const data::Dataset& train,
                                         const data::Normalization& normalization, const EvaluatorOptions& options,
                                         const TrainerOptions& trainer)
    : supernet_(supernet),
      normalization_(normalization),
      device_(device_of(trainer)),
      workers_(worker_count(trainer, 1 << 20), [] { at::set_num_threads(1); }),
      calibration_(load(train.sample_of(options.calibration_batches * options.calibration_batch, options.seed),
                        options.calibration_batch)) {}

SubnetworkEvaluator::Pictures SubnetworkEvaluator::load(const data::Dataset& dataset, std::size_t batch) const {
  const BatchMaker maker(dataset, normalization_);
  Pictures pictures;
  Batch values;
  for (std::size_t begin = 0; begin < dataset.size(); begin += batch) {
    std::vector<std::size_t> positions;
    for (std::size_t i = begin; i < std::min(dataset.size(), begin + batch); ++i) positions.push_back(i);
    maker.fill(positions, nullptr, values);
    pictures.batches.push_back(pictures_of(values, dataset.shape(), device_).clone());
    pictures.labels.push_back(labels_of(values, device_).clone());
  }
  return pictures;
}

const std::vector<torch::Tensor>& SubnetworkEvaluator::calibration_at(int resolution) {
  const auto [found, is_new] = calibration_by_size_.try_emplace(resolution);
  if (is_new) found->second = resized(calibration_.batches, resolution);
  return found->second;
}

nn::Network SubnetworkEvaluator::network(const ir::NetConfig& subnetwork) {
  nn::Network own = supernet_.extract(subnetwork);
  nn::measure_statistics(own, calibration_at(subnetwork.resolution));
  return own;
}

std::vector<double> SubnetworkEvaluator::accuracies(std::span<const ir::NetConfig> subnetworks,
                                                    const data::Dataset& held_back) {
  const Pictures pictures = load(held_back, evaluation_batch);
  std::map<int, std::vector<torch::Tensor>> by_size;
  for (const ir::NetConfig& subnetwork : subnetworks) {
    calibration_at(subnetwork.resolution);  // Made here: the workers only read.
    const auto [found, is_new] = by_size.try_emplace(subnetwork.resolution);
    if (is_new) found->second = resized(pictures.batches, subnetwork.resolution);
  }
  std::vector<double> accuracies(subnetworks.size());
  std::atomic<std::size_t> next = 0;
  workers_.run([&](std::size_t) {
    const at::NoGradGuard no_grad;
    for (std::size_t i = next++; i < subnetworks.size(); i = next++) {
      nn::Network own = supernet_.extract(subnetworks[i]);
      const int size = subnetworks[i].resolution;
      nn::measure_statistics(own, calibration_by_size_.at(size));
      long correct = 0;
      for (std::size_t b = 0; b < pictures.labels.size(); ++b) {
        correct += correct_of(own.forward(by_size.at(size)[b], nn::Mode::infer), pictures.labels[b]);
      }
      accuracies[i] = static_cast<double>(correct) / static_cast<double>(held_back.size());
    }
  });
  return accuracies;
}

}  // namespace thimble::train
