#include <cstring>
#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "base/error.h"
#include "base/json.h"
#include "base/parallel.h"
#include "cli/backend.h"
#include "cli/samples.h"
#include "cli/verbs.h"
#include "data/model_inputs.h"
#include "quantize/evaluate.h"

namespace thimble::cli {

namespace {

struct EvalOptions {
  ModelOptions model;
  PlanningOptions planning;
  SampleOptions samples;
  Backend backend = Backend::reference;
  bool compare_reference = false;
  double min_accuracy = 0;
  std::filesystem::path json;
};

/// Samples whose "inputs" are their own index, for a model that looks its outputs up.
quantize::LabelledInputs by_index(const quantize::LabelledInputs& samples) {
  quantize::LabelledInputs indexed = samples;
  indexed.inputs = [](std::size_t index) {
    emulate::Bytes bytes(sizeof index);
    std::memcpy(bytes.data(), &index, sizeof index);
    return std::vector<emulate::Bytes>{bytes};
  };
  return indexed;
}

quantize::Model lookup(const std::vector<emulate::TensorValues>& outputs) {
  return [&outputs](std::span<const emulate::Bytes> inputs) {
    std::size_t index = 0;
    std::memcpy(&index, inputs[0].data(), sizeof index);
    return outputs.at(index);
  };
}

std::vector<emulate::TensorValues> model_inputs_of(const quantize::LabelledInputs& samples) {
  std::vector<emulate::TensorValues> inputs(samples.size());
  parallel_for(samples.size(), available_threads(), [&](std::size_t i) { inputs[i] = samples.inputs(i); });
  return inputs;
}

std::size_t count_differences(const std::vector<emulate::TensorValues>& a,
                              const std::vector<emulate::TensorValues>& b) {
  std::size_t differing = 0;
  for (std::size_t i = 0; i < a.size(); ++i) differing += a[i] != b[i] ? 1 : 0;
  return differing;
}

std::string_view name_of(Backend backend) {
  if (backend == Backend::reference) return "reference";
  return backend == Backend::host ? "host" : "emulator";
}

void eval(const EvalOptions& options) {
  const ir::Graph graph = options.model.simplified();
  const ir::Tensor& input = graph.tensor(own_inputs(graph).at(0));
  const data::DatasetSplits splits = options.samples.open(input);
  data::Dataset chosen = splits.for_evaluation();
  if (options.samples.limit > 0) {
    chosen = chosen.sample_of(static_cast<std::size_t>(options.samples.limit), options.samples.seed);
  }
  const data::Normalization normalization = options.samples.normalization_for(options.model.model);
  quantize::LabelledInputs samples = data::model_inputs(chosen, graph, normalization);

  const std::vector<emulate::TensorValues> inputs = model_inputs_of(samples);
  const auto outputs = execute(graph, options.backend, options.planning, inputs).outputs;
  const quantize::Evaluation evaluation =
      quantize::evaluate(by_index(samples), lookup(outputs), graph.tensor(graph.outputs.at(0)),
                         quantize::output_kind(graph), available_threads());
  fmt::print("{} on {} ({}, {} samples)\n{}", graph.name, chosen.name(), name_of(options.backend), evaluation.samples,
             quantize::text_of(evaluation));
  Json json = quantize::to_json(evaluation);
  json["model"] = graph.name;
  json["backend"] = name_of(options.backend);
  std::size_t differing = 0;
  if (options.compare_reference) {
    const auto expected = execute(graph, Backend::reference, options.planning, inputs).outputs;
    differing = count_differences(outputs, expected);
    fmt::print("{} of {} outputs equal the reference interpreter's, byte for byte\n", outputs.size() - differing,
               outputs.size());
    json["differ_from_reference"] = differing;
  }
  if (!options.json.empty()) write_json(options.json, json);
  if (differing > 0) {
    throw Error(fmt::format("{}: {} outputs differ from the reference", graph.name, differing),
                "this is a bug of Thimble: please report it with the model", Exit::answer_is_no);
  }
  if (evaluation.accuracy() < options.min_accuracy) {
    throw Error(fmt::format("{}: accuracy {:.4f} is below the {:.4f} asked for", graph.name, evaluation.accuracy(),
                            options.min_accuracy),
                "", Exit::answer_is_no);
  }
}

}  // namespace

void add_eval(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("eval", "Measure a model's accuracy on a dataset, on any backend");
  verb->footer("Example: thimble eval model.tflite --data fashion-mnist --backend emulator --limit 1000");
  auto options = std::make_shared<EvalOptions>();
  options->planning.board = "emulator";
  options->model.add_to(*verb);
  options->samples.add_to(*verb);
  add_backend(*verb, options->backend, Backend::reference);
  options->planning.add_with_compiler_to(*verb);
  verb->add_flag("--compare-reference", options->compare_reference,
                 "Also run the reference interpreter and count the outputs that differ");
  verb->add_option("--min-accuracy", options->min_accuracy, "Exit with 1 below this share of right answers")
      ->check(CLI::Range(0.0, 1.0));
  add_json(*verb, options->json);
  verb->callback([options] { eval(*options); });
}

}  // namespace thimble::cli
