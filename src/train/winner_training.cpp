#include "train/winner_training.h"

#include <optional>

#include <fmt/format.h>

#include "base/json.h"
#include "train/baseline.h"
#include "train/finish_network.h"
#include "train/space_networks.h"
#include "train/teacher.h"

namespace thimble::train {

namespace {

/// Of the mistakes that a winner makes with the supernet's weights, fine-tuning leaves about this share, and less after
/// a short search. A teacher with these weights must make fewer; none teaches a winner without mistakes.
constexpr double mistakes_left = 0.5;

/// The one that was asked for, or else the largest network, if it has anything to say.
std::optional<nn::Network> teacher_of(const SearchContext& context, const TargetOutcome& outcome,
                                      const nn::Supernet& supernet, const SearchData& data, AccuracyMeter& meter) {
  if (!context.settings.teacher.empty()) return given_teacher(context, data);
  if (1 - meter.largest_on_all() >= mistakes_left * (1 - outcome.winner->fitness)) return std::nullopt;
  return meter.network(supernet.largest());
}

nn::Network* pointer_to(std::optional<nn::Network>& teacher) { return teacher ? &*teacher : nullptr; }

/// All the final trainings of a network: the first in `folder`, the others in seed-N there. False if interrupted.
bool finish(const SearchContext& context, const ir::NetConfig& network, Recipe recipe, const SearchData& data,
            const std::filesystem::path& folder, const TrainingStart& start, std::vector<FinalAccuracy>& trainings) {
  const data::DatasetSplits whole = open_data(context.settings, network.resolution, 0);
  for (int i = 0; i < context.settings.final_trainings; ++i, ++recipe.seed) {
    const std::filesystem::path own = i == 0 ? folder : folder / fmt::format("seed-{}", recipe.seed);
    const FinishedNetwork finished =
        finish_network(network, recipe, whole, data.normalization, own, start, context.options);
    if (!finished.finished) return false;
    trainings.push_back({finished.float_accuracy, finished.int8_accuracy});
  }
  return true;
}

bool train_baseline(SearchContext& context, const SearchTarget& target, search::Planner planner, const SearchData& data,
                    nn::Network* teacher, BaselineOutcome& outcome) {
  const search::DesignSpace space = space_for_data(context.settings);
  outcome.planner = search::name_of(planner);
  const auto baseline =
      largest_that_fits(outcome.name, planner, {space.resolutions, space.input_channels, space.classes, target.limits},
                        context.tables.of(target.board.core));
  if (!baseline) return true;
  outcome.resolution = baseline->network.resolution;
  outcome.width = baseline->width;
  outcome.cost = baseline->cost;
  const std::filesystem::path folder =
      context.folder / fmt::format("{}-{}x{:g}", outcome.name, outcome.resolution, outcome.width);
  write_json(folder / "arch.json", ir::to_json(baseline->network));
  return finish(context, baseline->network, baseline_recipe(context.effort), data, folder, {.teacher = teacher},
                outcome.trainings);
}

}  // namespace

nn::Network given_teacher(const SearchContext& context, const SearchData& data) {
  return read_teacher(context.settings.teacher, context.space.classes, context.space.input_channels,
                      data.normalization);
}

bool train_winner(const SearchContext& context, const nn::Supernet& supernet, const SearchData& data,
                  AccuracyMeter& meter, TargetOutcome& outcome) {
  const SearchTarget& target = outcome.target;
  const ir::NetConfig subnetwork = subnetwork_of(target.space, outcome.winner->genome);
  std::optional<nn::Network> teacher = teacher_of(context, outcome, supernet, data, meter);
  const std::vector<nn::NamedTensor> state = meter.network(subnetwork).state();
  return finish(context, nn::without_skipped(subnetwork), context.effort.finish, data, target.folder,
                {.state = state, .teacher = pointer_to(teacher)}, outcome.trainings);
}

bool train_baselines(SearchContext& context, const TargetOutcome& target, const nn::Supernet& supernet,
                     const SearchData& data, AccuracyMeter& meter, std::vector<BaselineOutcome>& outcomes) {
  if (context.settings.baselines.empty()) return true;
  std::optional<nn::Network> teacher = teacher_of(context, target, supernet, data, meter);
  for (const std::string& name : context.settings.baselines) {
    for (const search::Planner planner : {search::Planner::tflm, target.target.planner}) {
      BaselineOutcome& outcome = outcomes.emplace_back();
      outcome.name = name;
      if (!train_baseline(context, target.target, planner, data, pointer_to(teacher), outcome)) return false;
    }
  }
  return true;
}

}  // namespace thimble::train
