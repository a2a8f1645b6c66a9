#include "train/training.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/types.h>

#include "base/error.h"
#include "data/random.h"
#include "nn/init_from_graph.h"
#include "nn/learned_ranges.h"
#include "nn/resized.h"
#include "train/batch_tensors.h"
#include "train/distillation.h"

namespace thimble::train {

namespace {

constexpr std::size_t evaluation_batch = 250;
constexpr std::size_t calibration_samples = 512;
constexpr std::int64_t calibration_batch = 64;

}  // namespace

Training::Training(const ir::NetConfig& config, const Recipe& recipe, const data::DatasetSplits& splits,
                   const data::Normalization& normalization, const TrainingStart& start, const TrainerOptions& options)
    : recipe_(recipe),
      start_(start),
      normalization_(normalization),
      train_(splits.train, normalization),
      held_out_(splits.val.empty() ? splits.test : splits.val, normalization),
      on_validation_(!splits.val.empty()),
      device_(device_of(options)),
      workers_(worker_count(options, recipe.batch), [] { at::set_num_threads(1); }),
      network_(config, recipe.seed, device_),
      batches_(workers_.count()) {
  if (start_.quantization_aware) network_.simulate_int8();
  sgd_.emplace(network_.parameters(), recipe.sgd);
  if (recipe.ema > 0) average_.emplace(network_);
  make_replicas();
  const auto per_epoch = train_.dataset().size() / static_cast<std::size_t>(recipe.batch);
  steps_per_epoch_ = std::max<long>(1, static_cast<long>(per_epoch));
  schedule_ = recipe.schedule;
  schedule_.warmup = recipe.warmup_epochs / recipe.epochs;
}

void Training::make_replicas() {
  replicas_.clear();
  for (std::size_t i = 1; i < workers_.count(); ++i) replicas_.push_back(network_.replica());
}

torch::Tensor Training::calibration_pictures(Batch& batch) const {
  const data::Dataset sample = train_.dataset().sample_of(calibration_samples, recipe_.seed);
  std::vector<std::size_t> positions(sample.size());
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  BatchMaker(sample, normalization_).fill(positions, nullptr, batch);
  return pictures_of(batch, sample.shape(), device_);
}

void Training::begin() {
  Batch batch;
  if (start_.graph != nullptr) {
    nn::init_from_graph(network_, *start_.graph);
    nn::match_statistics(network_, calibration_pictures(batch));
  }
  if (!start_.state.empty()) {
    std::vector<nn::NamedTensor> tensors = network_.state();
    std::erase_if(tensors, [](const nn::NamedTensor& tensor) { return tensor.name.ends_with("/range"); });
    nn::copy_by_name(tensors, {start_.state.begin(), start_.state.end()});
  }
  if (start_.quantization_aware) {
    nn::begin_quantization(network_, calibration_pictures(batch).split(calibration_batch));
  }
  if (average_) average_.emplace(network_);
  make_replicas();
}

void Training::save_to(Checkpoint& checkpoint) const {
  checkpoint.network = network_.state();
  checkpoint.velocities = sgd_->velocities();
  if (average_) {
    checkpoint.average = average_->state();
    checkpoint.ema_updates = average_->updates();
  }
}

Score Training::step(long step, double progress) {
  const long epoch = step / steps_per_epoch_;
  if (epoch != order_epoch_) {
    order_ =
        data::shuffled_order(train_.dataset().size(), data::seed_for(recipe_.seed, static_cast<std::uint64_t>(epoch)));
    order_epoch_ = epoch;
  }
  const auto batch_size = std::min(order_.size(), static_cast<std::size_t>(recipe_.batch));
  const std::span<const std::size_t> rows =
      std::span(order_).subspan(static_cast<std::size_t>(step % steps_per_epoch_) * batch_size, batch_size);
  const AugmentationSource source{recipe_.augmentation, recipe_.seed, static_cast<std::uint64_t>(epoch)};
  const bool frozen = start_.quantization_aware && progress >= 1 - recipe_.quantization.freeze;
  const nn::Mode mode = frozen ? nn::Mode::train_frozen : nn::Mode::train;
  std::vector<Score> scores(workers_.count());
  workers_.run([&](std::size_t worker) {
    const std::size_t begin = rows.size() * worker / workers_.count();
    const std::size_t end = rows.size() * (worker + 1) / workers_.count();
    Batch& batch = batches_[worker];
    train_.fill(rows.subspan(begin, end - begin), &source, batch);
    const torch::Tensor labels = labels_of(batch, device_);
    nn::Network& network = worker_network(worker);
    forget_gradients(network.parameters());
    const auto seed = data::seed_for(recipe_.seed + worker, static_cast<std::uint64_t>(step));
    const torch::Tensor pictures = pictures_of(batch, train_.dataset().shape(), device_);
    const torch::Tensor logits = network.forward(pictures, mode, seed);
    const torch::Tensor loss = loss_of(logits, pictures, labels);
    (loss / static_cast<double>(rows.size())).backward();
    scores[worker] = {loss.item<double>(), correct_of(logits.detach(), labels), static_cast<long>(end - begin)};
  });
  for (const nn::Network& replica : replicas_) add_gradients(network_.parameters(), replica.parameters());
  if (recipe_.clip_norm > 0) clip_gradients(network_.parameters(), recipe_.clip_norm);
  sgd_->step(rate(progress));
  if (average_) average_->update(network_, recipe_.ema);
  Score total;
  for (const Score& score : scores) total += score;
  if (!std::isfinite(total.loss_sum)) {
    throw Error(fmt::format("the training diverged: the loss of step {} is not finite", step + 1),
                "lower training.learning_rate, lengthen warmup_epochs or set clip_norm = 1");
  }
  return total;
}

torch::Tensor Training::loss_of(const torch::Tensor& logits, const torch::Tensor& pictures,
                                const torch::Tensor& labels) const {
  const torch::Tensor loss =
      at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum, -100, recipe_.label_smoothing);
  if (start_.teacher == nullptr) return loss;
  const double weight = recipe_.distillation.weight;
  const at::NoGradGuard no_grad;
  const torch::Tensor taught =
      start_.teacher->forward(nn::resized(pictures, start_.teacher->config().resolution), nn::Mode::infer);
  const at::AutoGradMode with_gradient(true);
  return (1 - weight) * loss + weight * distillation_loss(logits, taught);
}

Score Training::evaluate() {
  nn::Network& network = average_ ? average_->network() : network_;
  const std::size_t samples = held_out_.dataset().size();
  const std::size_t batches = (samples + evaluation_batch - 1) / evaluation_batch;
  std::vector<Score> scores(workers_.count());
  workers_.run([&](std::size_t worker) {
    const at::NoGradGuard no_grad;
    std::vector<std::size_t> positions;
    for (std::size_t b = worker; b < batches; b += workers_.count()) {
      positions.clear();
      for (std::size_t i = b * evaluation_batch; i < std::min(samples, (b + 1) * evaluation_batch); ++i)
        positions.push_back(i);
      Batch& batch = batches_[worker];
      held_out_.fill(positions, nullptr, batch);
      const torch::Tensor labels = labels_of(batch, device_);
      const torch::Tensor logits =
          network.forward(pictures_of(batch, held_out_.dataset().shape(), device_), nn::Mode::infer);
      const torch::Tensor loss = at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum);
      scores[worker] += {loss.item<double>(), correct_of(logits, labels), static_cast<long>(positions.size())};
    }
  });
  Score total;
  for (const Score& score : scores) total += score;
  return total;
}

void Training::load_from(const Checkpoint& checkpoint) {
  nn::load_state(network_, checkpoint.network);
  nn::copy_by_name(sgd_->velocities(), checkpoint.velocities);
  if (average_) {
    nn::load_state(average_->network(), checkpoint.average);
    average_->set_updates(checkpoint.ema_updates);
  }
  make_replicas();
}

}  // namespace thimble::train
