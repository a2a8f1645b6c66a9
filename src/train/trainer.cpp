#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <optional>
#include <thread>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/types.h>

#include "base/error.h"
#include "base/files.h"
#include "base/progress.h"
#include "data/random.h"
#include "nn/float_graph.h"
#include "nn/init_from_graph.h"
#include "nn/network.h"
#include "train/batch.h"
#include "train/checkpoint.h"
#include "train/optimizer.h"
#include "train/workers.h"

namespace thimble::train {

namespace {

constexpr std::size_t evaluation_batch = 250;
constexpr std::size_t calibration_pictures = 512;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::size_t worker_count(const TrainerOptions& options, int batch) {
  if (options.cuda) return 1;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const auto wanted = options.threads > 0 ? static_cast<std::size_t>(options.threads) : cores;
  // A worker with a handful of pictures has useless batch statistics.
  return std::clamp<std::size_t>(wanted, 1, std::max<std::size_t>(1, static_cast<std::size_t>(batch) / 16));
}

/// A batch as a tensor N x C x H x W in channels_last; shares the batch's memory on the CPU.
torch::Tensor pictures_of(Batch& batch, const data::SampleShape& shape, torch::Device device) {
  const auto count = static_cast<std::int64_t>(batch.labels.size());
  return at::from_blob(batch.values.data(), {count, shape.height, shape.width, shape.channels}, torch::kFloat32)
      .permute({0, 3, 1, 2})
      .to(device);
}

torch::Tensor labels_of(Batch& batch, torch::Device device) {
  return at::from_blob(batch.labels.data(), {static_cast<std::int64_t>(batch.labels.size())}, torch::kInt64).to(device);
}

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

long correct_of(const torch::Tensor& logits, const torch::Tensor& labels) {
  return logits.argmax(1).eq(labels).sum().item<long>();
}

/// One training in memory: the network, its optimizer and average, and the workers that compute its gradients.
class Training {
 public:
  Training(const ir::NetConfig& config, const Recipe& recipe, const data::DatasetSplits& splits,
           const data::Normalization& normalization, const TrainerOptions& options)
      : recipe_(recipe),
        train_(splits.train, normalization),
        held_out_(splits.val.empty() ? splits.test : splits.val, normalization),
        on_validation_(!splits.val.empty()),
        device_(options.cuda ? torch::kCUDA : torch::kCPU),
        workers_(worker_count(options, recipe.batch), [] { at::set_num_threads(1); }),
        network_(config, recipe.seed, device_),
        sgd_(network_, recipe.sgd),
        batches_(workers_.count()) {
    if (recipe.ema > 0) average_.emplace(network_);
    make_replicas();
    const auto per_epoch = train_.dataset().size() / static_cast<std::size_t>(recipe.batch);
    steps_per_epoch_ = std::max<long>(1, static_cast<long>(per_epoch));
    schedule_ = recipe.schedule;
    schedule_.warmup = recipe.warmup_epochs / recipe.epochs;
  }

  long steps() const { return steps_per_epoch_ * recipe_.epochs; }
  long steps_per_epoch() const { return steps_per_epoch_; }
  bool on_validation() const { return on_validation_; }

  void start_from(const ir::Graph& graph) {
    nn::init_from_graph(network_, graph);
    const data::Dataset sample = train_.dataset().sample_of(calibration_pictures, recipe_.seed);
    Batch batch;
    std::vector<std::size_t> positions(sample.size());
    for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = i;
    BatchMaker(sample, normalization_of_start_).fill(positions, nullptr, batch);
    nn::match_statistics(network_, pictures_of(batch, sample.shape(), device_));
    if (average_) average_.emplace(network_);
    make_replicas();
  }
  void set_normalization(const data::Normalization& normalization) { normalization_of_start_ = normalization; }

  /// One step of gradient descent. Returns the score of its samples before the step.
  Score step(long step, double progress);

  Score evaluate();

  double rate(double progress) const { return learning_rate(schedule_, progress); }

  void save_to(Checkpoint& checkpoint) const {
    checkpoint.network = network_.state();
    checkpoint.velocities = sgd_.velocities();
    if (average_) {
      checkpoint.average = average_->state();
      checkpoint.ema_updates = average_->updates();
    }
  }

  void load_from(const Checkpoint& checkpoint);

  const nn::Network& result() const { return average_ ? average_->network() : network_; }

 private:
  void make_replicas() {
    replicas_.clear();
    for (std::size_t i = 1; i < workers_.count(); ++i) replicas_.push_back(network_.replica());
  }
  nn::Network& worker_network(std::size_t worker) { return worker == 0 ? network_ : replicas_[worker - 1]; }
  void sum_gradients();

  const Recipe& recipe_;
  BatchMaker train_;
  BatchMaker held_out_;
  bool on_validation_;
  torch::Device device_;
  Workers workers_;
  nn::Network network_;
  std::vector<nn::Network> replicas_;
  Sgd sgd_;
  std::optional<Ema> average_;
  std::vector<Batch> batches_;
  std::vector<std::size_t> order_;
  long order_epoch_ = -1;
  long steps_per_epoch_ = 1;
  Schedule schedule_;
  data::Normalization normalization_of_start_;
};

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
  std::vector<Score> scores(workers_.count());
  workers_.run([&](std::size_t worker) {
    const std::size_t begin = rows.size() * worker / workers_.count();
    const std::size_t end = rows.size() * (worker + 1) / workers_.count();
    Batch& batch = batches_[worker];
    train_.fill(rows.subspan(begin, end - begin), &source, batch);
    const torch::Tensor labels = labels_of(batch, device_);
    nn::Network& network = worker_network(worker);
    for (const nn::NamedTensor& parameter : network.parameters()) parameter.value.mutable_grad().reset();
    const auto seed = data::seed_for(recipe_.seed + worker, static_cast<std::uint64_t>(step));
    const torch::Tensor logits =
        network.forward(pictures_of(batch, train_.dataset().shape(), device_), nn::Mode::train, seed);
    const torch::Tensor loss =
        at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum, -100, recipe_.label_smoothing);
    (loss / static_cast<double>(rows.size())).backward();
    scores[worker] = {loss.item<double>(), correct_of(logits.detach(), labels), static_cast<long>(end - begin)};
  });
  sum_gradients();
  if (recipe_.clip_norm > 0) clip_gradients(network_.parameters(), recipe_.clip_norm);
  sgd_.step(rate(progress));
  if (average_) average_->update(network_, recipe_.ema);
  Score total;
  for (const Score& score : scores) total += score;
  if (!std::isfinite(total.loss_sum)) {
    throw Error(fmt::format("the training diverged: the loss of step {} is not finite", step + 1),
                "lower training.learning_rate, lengthen warmup_epochs or set clip_norm = 1");
  }
  return total;
}

void Training::sum_gradients() {
  const at::NoGradGuard no_grad;
  for (const nn::Network& replica : replicas_) {
    for (std::size_t i = 0; i < replica.parameters().size(); ++i) {
      network_.parameters()[i].value.mutable_grad().add_(replica.parameters()[i].value.grad());
    }
  }
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
  nn::copy_by_name(sgd_.velocities(), checkpoint.velocities);
  if (average_) {
    nn::load_state(average_->network(), checkpoint.average);
    average_->set_updates(checkpoint.ema_updates);
  }
  make_replicas();
}

/// Keeps the lines of the epochs that the checkpoint has: those after it are trained, and logged, again.
void trim_log(const std::filesystem::path& log, long epochs) {
  if (!std::filesystem::exists(log)) return;
  std::istringstream lines(read_text(log));
  std::string kept;
  std::string line;
  for (long i = 0; i < epochs && std::getline(lines, line); ++i) kept += line + "\n";
  write_text(log, kept);
}

void append_line(const std::filesystem::path& file, const std::string& line) {
  std::ofstream out(file, std::ios::app);
  out << line << '\n';
  if (!out.flush()) fail("{}: cannot be written", file.string());
}

double share(double part, long whole) { return whole > 0 ? part / static_cast<double>(whole) : 0; }

}  // namespace

Json to_json(const EpochResult& result, bool on_validation) {
  const std::string part = on_validation ? "val" : "test";
  return {{"epoch", result.epoch},           {"learning_rate", result.learning_rate},
          {"train_loss", result.train_loss}, {"train_accuracy", result.train_accuracy},
          {part + "_loss", result.loss},     {part + "_accuracy", result.accuracy},
          {"seconds", result.seconds}};
}

TrainingResult train(const ir::NetConfig& config, const Recipe& recipe, const data::DatasetSplits& splits,
                     const data::Normalization& normalization, const std::filesystem::path& folder, bool resume,
                     const ir::Graph* init, const TrainerOptions& options) {
  if (splits.train.size() < 2) fail("{}: has no training samples", splits.train.name());
  if (splits.val.empty() && splits.test.empty()) {
    throw Error(fmt::format("{}: has nothing to measure on: all its samples are training samples", splits.train.name()),
                "give --split 70/20/10 or --validation 0.1");
  }
  const std::filesystem::path checkpoint_file = folder / "checkpoint.pt";
  const std::filesystem::path log_file = folder / "log.jsonl";
  Training training(config, recipe, splits, normalization, options);
  Checkpoint at;
  if (resume) {
    at = read_checkpoint(checkpoint_file);
    training.load_from(at);
  } else if (init != nullptr) {
    training.set_normalization(normalization);
    training.start_from(*init);
  }
  trim_log(log_file, at.step / training.steps_per_epoch());

  const double limit = recipe.minutes * 60;
  const double seconds_before = at.seconds;
  const auto start = std::chrono::steady_clock::now();
  double saved = 0;
  const auto save = [&] {
    training.save_to(at);
    write_checkpoint(checkpoint_file, at);
    saved = seconds_since(start);
  };
  TrainingResult result;
  result.on_validation = training.on_validation();
  Progress progress(fmt::format("train {}", config.name), training.steps());
  progress.advance(at.step);
  const auto done_by = [&](double seconds) {
    return progress_of(static_cast<double>(at.step), static_cast<double>(training.steps()), seconds, limit);
  };
  for (bool out_of_time = false; at.step < training.steps() && !out_of_time;) {
    at.seconds = seconds_before + seconds_since(start);
    const double done = done_by(at.seconds);
    const Score score = training.step(at.step, done);
    ++at.step;
    at.loss_sum += score.loss_sum;
    at.correct += score.correct;
    at.seconds = seconds_before + seconds_since(start);
    out_of_time = limit > 0 && at.seconds >= limit;
    progress.advance(1, fmt::format("loss {:.3f}", share(score.loss_sum, score.samples)));
    const long in_epoch = (at.step - 1) % training.steps_per_epoch() + 1;
    if (in_epoch == training.steps_per_epoch() || out_of_time) {
      const long seen = in_epoch * score.samples;
      const Score held_out = training.evaluate();
      result.last = {.epoch = static_cast<int>((at.step - 1) / training.steps_per_epoch()) + 1,
                     .learning_rate = training.rate(done),
                     .train_loss = share(at.loss_sum, seen),
                     .train_accuracy = share(static_cast<double>(at.correct), seen),
                     .loss = share(held_out.loss_sum, held_out.samples),
                     .accuracy = share(static_cast<double>(held_out.correct), held_out.samples),
                     .seconds = seconds_before + seconds_since(start)};
      at.loss_sum = 0;
      at.correct = 0;
      at.seconds = result.last.seconds;
      append_line(log_file, to_json(result.last, result.on_validation).dump());
      if (out_of_time) at.step = training.steps();
      save();
    } else if (seconds_since(start) - saved >= options.save_every) {
      save();
    }
    if (options.interrupted != nullptr && *options.interrupted && at.step < training.steps()) {
      save();
      return result;
    }
  }
  result.finished = true;
  if (result.last.epoch == 0) {
    const Score held_out = training.evaluate();
    result.last.epoch = recipe.epochs;
    result.last.loss = share(held_out.loss_sum, held_out.samples);
    result.last.accuracy = share(static_cast<double>(held_out.correct), held_out.samples);
    result.last.seconds = at.seconds;
  }
  result.graph = nn::float_graph(training.result());
  result.graph.labels = splits.train.class_names();
  return result;
}

ir::Graph trained_graph(const ir::NetConfig& network, const std::filesystem::path& file) {
  const Checkpoint checkpoint = read_checkpoint(file);
  nn::Network loaded(network, 0);
  nn::load_state(loaded, checkpoint.average.empty() ? checkpoint.network : checkpoint.average);
  return nn::float_graph(loaded);
}

}  // namespace thimble::train
