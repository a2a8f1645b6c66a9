#include "train/trainer.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/progress.h"
#include "base/stopwatch.h"
#include "nn/float_graph.h"
#include "nn/learned_ranges.h"
#include "train/log_file.h"
#include "train/training.h"

namespace thimble::train {

namespace {

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
                     const TrainingStart& start, const TrainerOptions& options) {
  if (splits.train.size() < 2) fail("{}: has no training samples", splits.train.name());
  if (splits.val.empty() && splits.test.empty()) {
    throw Error(fmt::format("{}: has nothing to measure on: all its samples are training samples", splits.train.name()),
                "give --split 70/20/10 or --validation 0.1");
  }
  std::filesystem::create_directories(folder);
  const std::filesystem::path checkpoint_file = folder / "checkpoint.pt";
  const std::filesystem::path log_file = folder / "log.jsonl";
  Training training(config, recipe, splits, normalization, start, options);
  Checkpoint at;
  if (resume) {
    at = read_checkpoint(checkpoint_file);
    training.load_from(at);
  } else {
    training.begin();
  }
  const long epochs_done = at.step / training.steps_per_epoch();
  keep_lines(log_file, [&](const Json& line) { return line.value("epoch", 0L) <= epochs_done; });

  const double limit = recipe.minutes * 60;
  const double seconds_before = at.seconds;
  const Stopwatch begun;
  double saved = 0;
  const auto save = [&] {
    training.save_to(at);
    write_checkpoint(checkpoint_file, at);
    saved = begun.seconds();
  };
  TrainingResult result;
  result.on_validation = training.on_validation();
  const auto done_by = [&](double seconds) {
    return progress_of(static_cast<double>(at.step), static_cast<double>(training.steps()), seconds, limit);
  };
  // Counted in thousandths of the schedule, which follows the clock where there is a limit: so does the remaining time.
  const auto thousandths = [&] { return static_cast<std::int64_t>(1000 * done_by(at.seconds)); };
  std::int64_t shown = thousandths();
  Progress progress(fmt::format("train {}", config.name), 1000 - shown);
  for (bool out_of_time = false; at.step < training.steps() && !out_of_time;) {
    at.seconds = seconds_before + begun.seconds();
    const double done = done_by(at.seconds);
    const Score score = training.step(at.step, done);
    ++at.step;
    at.loss_sum += score.loss_sum;
    at.correct += score.correct;
    at.seconds = seconds_before + begun.seconds();
    out_of_time = limit > 0 && at.seconds >= limit;
    const std::int64_t now = thousandths();
    progress.advance(now - std::exchange(shown, now),
                     fmt::format("epoch {}/{} loss {:.3f}", 1 + (at.step - 1) / training.steps_per_epoch(),
                                 recipe.epochs, share(score.loss_sum, score.samples)));
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
                     .seconds = seconds_before + begun.seconds()};
      at.loss_sum = 0;
      at.correct = 0;
      at.seconds = result.last.seconds;
      append_line(log_file, to_json(result.last, result.on_validation));
      if (out_of_time) at.step = training.steps();
      save();
    } else if (begun.seconds() - saved >= options.save_every) {
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
  if (start.quantization_aware) result.ranges = nn::learned_ranges(training.result(), result.graph);
  result.state = training.result().state();
  result.graph.labels = splits.train.class_names();
  return result;
}

nn::Network trained_network(const ir::NetConfig& network, const std::filesystem::path& file) {
  const Checkpoint checkpoint = read_checkpoint(file);
  nn::Network loaded(network, 0);
  nn::load_state(loaded, checkpoint.average.empty() ? checkpoint.network : checkpoint.average);
  return loaded;
}

}  // namespace thimble::train
