#include "train/supernet_training.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include "base/error.h"
#include "nn/resized.h"
#include "nn/sort_channels.h"
#include "train/batch_tensors.h"
#include "train/distillation.h"

namespace thimble::train {

namespace {

/// Shares of the elastic part at which depth, and then everything, becomes elastic.
constexpr double depth_from = 0.25;
constexpr double all_from = 0.5;

nn::Elastic open_at(double progress) {
  return progress < depth_from ? nn::Elastic::kernel : progress < all_from ? nn::Elastic::depth : nn::Elastic::all;
}

/// Seeds of a training's random choices: the parts must not repeat each other's.
enum class Use : std::uint64_t { order = 1, draw, dropout };
std::uint64_t seed_of(const SupernetRecipe& recipe, Use use, SupernetTraining::Part part, std::uint64_t key) {
  const auto stream = 16 * static_cast<std::uint64_t>(use) + static_cast<std::uint64_t>(part);
  return data::seed_for(data::seed_for(recipe.seed, stream), key);
}

}  // namespace

std::vector<ir::NetConfig> subnetworks_of_step(const ir::NetConfig& largest, const SupernetRecipe& recipe,
                                               const SubnetworkSource& source, long step, double progress) {
  data::Random random(seed_of(recipe, Use::draw, SupernetTraining::Part::elastic, static_cast<std::uint64_t>(step)));
  std::vector<ir::NetConfig> subnetworks;
  const bool sandwich = recipe.method == SupernetMethod::sandwich;
  if (sandwich) subnetworks = {largest, source.smallest};
  for (int n = 0; n < recipe.drawn; ++n) {
    ir::NetConfig drawn = source.draw(random);
    subnetworks.push_back(sandwich ? std::move(drawn) : nn::restricted(largest, drawn, open_at(progress)));
  }
  return subnetworks;
}

SupernetTraining::SupernetTraining(nn::Supernet& supernet, const SupernetRecipe& recipe, SubnetworkSource source,
                                   const data::Dataset& train, const data::Normalization& normalization,
                                   const TrainerOptions& options)
    : supernet_(supernet),
      recipe_(recipe),
      source_(std::move(source)),
      train_(train, normalization),
      device_(device_of(options)),
      workers_(worker_count(options, recipe.batch), [] { at::set_num_threads(1); }),
      batches_(workers_.count()) {
  const auto per_epoch = train_.dataset().size() / static_cast<std::size_t>(recipe.batch);
  steps_per_epoch_ = std::max<long>(1, static_cast<long>(per_epoch));
  sgd_.emplace(supernet_.parameters(), recipe_.sgd);
  make_replicas();
}

void SupernetTraining::make_replicas() {
  replicas_.clear();
  for (std::size_t i = 1; i < workers_.count(); ++i) replicas_.push_back(supernet_.replica());
}

double SupernetTraining::rate(double progress) const {
  const SupernetPart& part = part_recipe();
  return learning_rate({.kind = Schedule::Kind::cosine, .peak = part.learning_rate, .warmup = part.warmup, .final = 0},
                       progress);
}

Score SupernetTraining::step(long step, double progress) {
  const long epoch = step / steps_per_epoch_;
  if (epoch != order_epoch_) {
    order_ = data::shuffled_order(train_.dataset().size(),
                                  seed_of(recipe_, Use::order, part_, static_cast<std::uint64_t>(epoch)));
    order_epoch_ = epoch;
  }
  const auto batch_size = std::min(order_.size(), static_cast<std::size_t>(recipe_.batch));
  const std::span<const std::size_t> rows =
      std::span(order_).subspan(static_cast<std::size_t>(step % steps_per_epoch_) * batch_size, batch_size);
  const std::vector<ir::NetConfig> subnetworks =
      part_ == Part::largest ? std::vector{supernet_.largest()}
                             : subnetworks_of_step(supernet_.largest(), recipe_, source_, step, progress);
  const AugmentationSource augmentation{recipe_.augmentation, seed_of(recipe_, Use::order, part_, 0),
                                        static_cast<std::uint64_t>(epoch)};
  std::vector<Score> scores(workers_.count());
  workers_.run([&](std::size_t worker) {
    const std::size_t begin = rows.size() * worker / workers_.count();
    const std::size_t end = rows.size() * (worker + 1) / workers_.count();
    Batch& batch = batches_[worker];
    train_.fill(rows.subspan(begin, end - begin), &augmentation, batch);
    nn::Supernet& supernet = worker_supernet(worker);
    forget_gradients(supernet.parameters());
    scores[worker] = backward(supernet, subnetworks, pictures_of(batch, train_.dataset().shape(), device_),
                              labels_of(batch, device_), static_cast<double>(rows.size()),
                              seed_of(recipe_, Use::dropout, part_, static_cast<std::uint64_t>(step)) + worker);
  });
  for (const nn::Supernet& replica : replicas_) add_gradients(supernet_.parameters(), replica.parameters());
  if (recipe_.clip_norm > 0) clip_gradients(supernet_.parameters(), recipe_.clip_norm);
  sgd_->step(rate(progress));
  Score total;
  for (const Score& score : scores) total += score;
  if (!std::isfinite(total.loss_sum)) {
    throw Error(fmt::format("the supernet's training diverged: the loss of step {} is not finite", step + 1),
                "lower the learning rate");
  }
  return total;
}

Score SupernetTraining::backward(nn::Supernet& supernet, const std::vector<ir::NetConfig>& subnetworks,
                                 const torch::Tensor& pictures, const torch::Tensor& labels, double rows,
                                 std::uint64_t dropout_seed) {
  torch::Tensor teacher;
  if (part_ == Part::elastic && teacher_) {
    const at::NoGradGuard no_grad;
    teacher = teacher_->forward(pictures, nn::Mode::infer);
  }
  Score score;
  for (const ir::NetConfig& subnetwork : subnetworks) {
    nn::Network path = supernet.path(subnetwork);
    const torch::Tensor logits =
        path.forward(nn::resized(pictures, subnetwork.resolution), nn::Mode::train, dropout_seed);
    const auto from_labels = [&] {
      return at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum, -100, recipe_.label_smoothing);
    };
    torch::Tensor loss;
    if (!teacher.defined()) {
      loss = from_labels();
      if (part_ == Part::elastic) teacher = logits.detach();  // The rest of the sandwich learns from it.
    } else if (teacher_) {
      loss = (1 - recipe_.distillation) * from_labels() + recipe_.distillation * distillation_loss(logits, teacher);
    } else {
      loss = distillation_loss(logits, teacher);
    }
    (loss / (rows * static_cast<double>(subnetworks.size()))).backward();
    score += {loss.item<double>(), correct_of(logits.detach(), labels), labels.size(0)};
  }
  return score;
}

void SupernetTraining::begin_elastic() {
  const auto layers = ir::layers_of(supernet_.largest());
  nn::reorder(supernet_.state(), nn::channels_by_importance(layers, supernet_.parameters()));
  sgd_.emplace(supernet_.parameters(), recipe_.sgd);
  make_replicas();
  part_ = Part::elastic;
  order_epoch_ = -1;
  if (recipe_.method == SupernetMethod::shrinking) teacher_ = supernet_.extract(supernet_.largest());
}

void SupernetTraining::save_to(Checkpoint& checkpoint) const {
  checkpoint.part = static_cast<long>(part_);
  checkpoint.network = supernet_.state();
  checkpoint.velocities = sgd_->velocities();
  checkpoint.teacher = teacher_ ? teacher_->state() : std::vector<nn::NamedTensor>{};
}

void SupernetTraining::load_from(const Checkpoint& checkpoint) {
  part_ = static_cast<Part>(checkpoint.part);
  order_epoch_ = -1;
  nn::copy_by_name(supernet_.state(), checkpoint.network);
  nn::copy_by_name(sgd_->velocities(), checkpoint.velocities);
  if (part_ == Part::elastic && recipe_.method == SupernetMethod::shrinking) {
    teacher_ = supernet_.extract(supernet_.largest());
    nn::load_state(*teacher_, checkpoint.teacher);
  }
  make_replicas();
}

}  // namespace thimble::train
