#include "train/accuracy_meter.h"

#include "train/space_networks.h"

namespace thimble::train {

namespace {

constexpr const char* accuracies_file = "accuracies.jsonl";

Json measure_json(const SearchContext& context, const data::Dataset& held_back) {
  const EvaluatorOptions& evaluator = context.effort.evaluator;
  return {{"fitness", "accuracy"},         {"data", context.settings.dataset},
          {"samples", held_back.size()},   {"calibration", evaluator.calibration_batches * evaluator.calibration_batch},
          {"seed", context.settings.seed}, {"space", search::to_json(context.space)}};
}

}  // namespace

AccuracyMeter::AccuracyMeter(const SearchContext& context, const nn::Supernet& supernet, const SearchData& data)
    : space_(context.space),
      supernet_(supernet),
      some_(supernet, data.splits.train,
            data.splits.val.sample_of(context.effort.fitness_samples, context.settings.seed), data.normalization,
            context.effort.evaluator, context.options),
      all_(supernet, data.splits.train, data.splits.val, data.normalization, context.effort.evaluator, context.options),
      known_on_some_(
          context.folder / accuracies_file,
          measure_json(context, data.splits.val.sample_of(context.effort.fitness_samples, context.settings.seed))),
      known_on_all_(context.folder / "accuracies-all.jsonl", measure_json(context, data.splits.val)) {}

bool AccuracyMeter::has_measured(const SearchContext& context) {
  return std::filesystem::exists(context.folder / accuracies_file);
}

double AccuracyMeter::on_some(const search::Genome& genome) {
  return known_on_some_.fitness(genome,
                                [this](const search::Genome& g) { return some_.accuracy(subnetwork_of(space_, g)); });
}

double AccuracyMeter::on_all(const search::Genome& genome) {
  return known_on_all_.fitness(genome,
                               [this](const search::Genome& g) { return all_.accuracy(subnetwork_of(space_, g)); });
}

}  // namespace thimble::train
