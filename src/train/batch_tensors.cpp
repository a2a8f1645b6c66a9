#include "train/batch_tensors.h"

#include <algorithm>
#include <thread>

#include "base/error.h"

namespace thimble::train {

torch::Tensor pictures_of(Batch& batch, const data::SampleShape& shape, torch::Device device) {
  const auto count = static_cast<std::int64_t>(batch.labels.size());
  return at::from_blob(batch.values.data(), {count, shape.height, shape.width, shape.channels}, torch::kFloat32)
      .permute({0, 3, 1, 2})
      .to(device);
}

torch::Tensor labels_of(Batch& batch, torch::Device device) {
  return at::from_blob(batch.labels.data(), {static_cast<std::int64_t>(batch.labels.size())}, torch::kInt64).to(device);
}

long correct_of(const torch::Tensor& logits, const torch::Tensor& labels) {
  return logits.argmax(1).eq(labels).sum().item<long>();
}

std::size_t worker_count(const TrainerOptions& options, int batch) {
  if (options.cuda) return 1;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const auto wanted = options.threads > 0 ? static_cast<std::size_t>(options.threads) : cores;
  // A worker with a handful of pictures has useless batch statistics.
  return std::clamp<std::size_t>(wanted, 1, std::max<std::size_t>(1, static_cast<std::size_t>(batch) / 16));
}

torch::Device device_of(const TrainerOptions& options) {
  if (!options.cuda) return torch::kCPU;
  if (!at::hasCUDA()) throw Error("--device cuda: this libtorch has no CUDA, or there is no GPU", "train on the CPU");
  return torch::kCUDA;
}

void add_gradients(const std::vector<nn::NamedTensor>& to, const std::vector<nn::NamedTensor>& from) {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const torch::Tensor& gradient = from[i].value.grad();
    if (gradient.defined()) to[i].value.mutable_grad().add_(gradient);
  }
}

void forget_gradients(const std::vector<nn::NamedTensor>& parameters) {
  for (const nn::NamedTensor& parameter : parameters) parameter.value.mutable_grad().reset();
}

}  // namespace thimble::train
