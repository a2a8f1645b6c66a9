#include "train/subnetwork_evaluator.h"

#include <algorithm>
#include <numeric>

#include <ATen/Parallel.h>

#include "nn/resized.h"
#include "train/batch_tensors.h"

namespace thimble::train {

namespace {

constexpr std::size_t evaluation_batch = 100;

const std::vector<torch::Tensor>& at_size(std::map<int, std::vector<torch::Tensor>>& by_size, int full, int size) {
  const auto [found, is_new] = by_size.try_emplace(size);
  if (is_new) {
    for (const torch::Tensor& batch : by_size.at(full)) found->second.push_back(nn::resized(batch, size));
  }
  return found->second;
}

}  // namespace

SubnetworkEvaluator::SubnetworkEvaluator(const nn::Supernet& supernet, const data::Dataset& train,
                                         const data::Dataset& held_back, const data::Normalization& normalization,
                                         const EvaluatorOptions& options, const TrainerOptions& trainer)
    : supernet_(supernet),
      device_(device_of(trainer)),
      workers_(worker_count(trainer, 1 << 20), [] { at::set_num_threads(1); }),
      samples_(held_back.size()) {
  const data::Dataset sample = train.sample_of(options.calibration_batches * options.calibration_batch, options.seed);
  const int full = supernet.largest().resolution;
  calibration_[full] = load(sample, options.calibration_batch, normalization, nullptr);
  pictures_[full] = load(held_back, evaluation_batch, normalization, &labels_);
}

SubnetworkEvaluator::Batches SubnetworkEvaluator::load(const data::Dataset& dataset, std::size_t batch,
                                                       const data::Normalization& normalization,
                                                       Batches* labels) const {
  const BatchMaker maker(dataset, normalization);
  Batches pictures;
  Batch values;
  for (std::size_t begin = 0; begin < dataset.size(); begin += batch) {
    std::vector<std::size_t> positions(std::min(batch, dataset.size() - begin));
    std::iota(positions.begin(), positions.end(), begin);
    maker.fill(positions, nullptr, values);
    pictures.push_back(pictures_of(values, dataset.shape(), device_).clone());
    if (labels != nullptr) labels->push_back(labels_of(values, device_).clone());
  }
  return pictures;
}

void SubnetworkEvaluator::measure(nn::Network& network, const Batches& calibration) {
  std::vector<std::vector<torch::Tensor>> of_batch(calibration.size());
  workers_.run([&](std::size_t worker) {
    const at::NoGradGuard no_grad;
    nn::Network replica = network.replica();
    for (std::size_t b = worker; b < calibration.size(); b += workers_.count()) {
      nn::measure_statistics(replica, {&calibration[b], 1});
      for (const nn::NamedTensor& statistic : replica.statistics()) of_batch[b].push_back(statistic.value.clone());
    }
  });
  for (std::size_t s = 0; s < network.statistics().size(); ++s) {
    std::vector<torch::Tensor> values;
    for (const auto& statistics : of_batch) values.push_back(statistics[s]);
    network.statistics()[s].value.copy_(at::stack(values).mean(0));
  }
}

nn::Network SubnetworkEvaluator::network(const ir::NetConfig& subnetwork) {
  nn::Network own = supernet_.extract(subnetwork);
  measure(own, at_size(calibration_, supernet_.largest().resolution, subnetwork.resolution));
  return own;
}

double SubnetworkEvaluator::accuracy(const ir::NetConfig& subnetwork) {
  nn::Network own = network(subnetwork);
  const Batches& pictures = at_size(pictures_, supernet_.largest().resolution, subnetwork.resolution);
  std::vector<long> correct(workers_.count());
  workers_.run([&](std::size_t worker) {
    const at::NoGradGuard no_grad;
    for (std::size_t b = worker; b < pictures.size(); b += workers_.count()) {
      correct[worker] += correct_of(own.forward(pictures[b], nn::Mode::infer), labels_[b]);
    }
  });
  const long all = std::accumulate(correct.begin(), correct.end(), 0L);
  return static_cast<double>(all) / static_cast<double>(samples_);
}

}  // namespace thimble::train
