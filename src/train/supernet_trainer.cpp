#include "train/supernet_trainer.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/progress.h"
#include "base/stopwatch.h"
#include "train/log_file.h"

namespace thimble::train {

namespace {

using Part = SupernetTraining::Part;

/// One run of the loop: what it needs to go on and where it writes.
struct Run {
  SupernetTraining training;
  Checkpoint at;
  std::filesystem::path folder;
  const TrainerOptions& options;

  void save() {
    training.save_to(at);
    write_checkpoint(folder / "supernet.pt", at);
  }
  bool interrupted() const { return options.interrupted != nullptr && *options.interrupted; }
};

const char* name_of(Part part) { return part == Part::largest ? "largest" : "elastic"; }

void log_epoch(Run& run, double progress, const Score& last) {
  const long spe = run.training.steps_per_epoch();
  const double samples = static_cast<double>(last.samples) * static_cast<double>((run.at.step - 1) % spe + 1);
  append_line(run.folder / "supernet.jsonl", {{"part", name_of(run.training.part())},
                                              {"epoch", (run.at.step - 1) / spe + 1},
                                              {"learning_rate", run.training.rate(progress)},
                                              {"loss", run.at.loss_sum / samples},
                                              {"accuracy", static_cast<double>(run.at.correct) / samples},
                                              {"seconds", run.at.seconds}});
  run.at.loss_sum = 0;
  run.at.correct = 0;
}

/// Trains the running part to its end; false if it was interrupted.
bool train_part(Run& run) {
  SupernetTraining& training = run.training;
  const double limit = training.part_recipe().minutes * 60;
  const double seconds_before = run.at.seconds;
  const Stopwatch start;
  auto saved = start;
  const auto progress_now = [&] {
    return progress_of(static_cast<double>(run.at.step), static_cast<double>(training.steps()), run.at.seconds, limit);
  };
  const auto thousandths = [&] { return static_cast<std::int64_t>(1000 * progress_now()); };
  std::int64_t shown = thousandths();
  Progress bar(fmt::format("train the supernet ({})", name_of(training.part())), 1000 - shown);
  for (bool out_of_time = false; run.at.step < training.steps() && !out_of_time;) {
    run.at.seconds = seconds_before + start.seconds();
    const double done = progress_now();
    const Score score = training.step(run.at.step, done);
    ++run.at.step;
    run.at.loss_sum += score.loss_sum;
    run.at.correct += score.correct;
    run.at.seconds = seconds_before + start.seconds();
    out_of_time = limit > 0 && run.at.seconds >= limit;
    const std::int64_t now = thousandths();
    bar.advance(now - std::exchange(shown, now),
                fmt::format("loss {:.3f}", score.loss_sum / static_cast<double>(score.samples)));
    const bool epoch_ends = run.at.step % training.steps_per_epoch() == 0 || out_of_time;
    if (epoch_ends) log_epoch(run, done, score);
    if (out_of_time) run.at.step = training.steps();
    if (epoch_ends || saved.seconds() >= run.options.save_every || run.interrupted()) {
      run.save();
      saved = Stopwatch();
    }
    if (run.interrupted() && run.at.step < training.steps()) return false;
  }
  return true;
}

}  // namespace

SupernetResult train_supernet(nn::Supernet& supernet, const SupernetRecipe& recipe, const SubnetworkSource& source,
                              const data::Dataset& train, const data::Normalization& normalization,
                              const std::filesystem::path& folder, bool resume, const TrainerOptions& options) {
  validate(recipe, "supernet");
  if (train.size() < 2) fail("{}: has no training samples", train.name());
  std::filesystem::create_directories(folder);
  Run run{SupernetTraining(supernet, recipe, source, train, normalization, options), {}, folder, options};
  if (resume) {
    run.at = read_checkpoint(folder / "supernet.pt");
    run.training.load_from(run.at);
  }
  const long epochs = run.at.step / run.training.steps_per_epoch();
  keep_lines(folder / "supernet.jsonl", [&](const Json& line) {
    const bool elastic = line.value("part", "") == name_of(Part::elastic);
    if (elastic != (run.training.part() == Part::elastic)) return !elastic;
    return line.value("epoch", 0L) <= epochs;
  });
  if (run.training.part() == Part::largest) {
    if (!train_part(run)) return {false, run.at.seconds};
    run.training.begin_elastic();
    run.at = {};
    run.save();
    if (run.interrupted()) return {false, 0};
  }
  const bool finished = train_part(run);
  return {finished, run.at.seconds};
}

void load_supernet(nn::Supernet& supernet, const std::filesystem::path& checkpoint) {
  nn::copy_by_name(supernet.state(), read_checkpoint(checkpoint).network);
}

}  // namespace thimble::train
