#include "cli/search_firmware.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string>

#include <fmt/format.h>

#include "base/error.h"
#include "base/parallel.h"
#include "cli/backend.h"
#include "cli/prepare.h"
#include "cli/samples.h"
#include "data/model_inputs.h"
#include "emit/emit.h"
#include "emulate/measure.h"
#include "emulate/measurement_report.h"
#include "emulate/seeded_inputs.h"
#include "quantize/evaluate.h"

namespace thimble::cli {

namespace {

namespace fs = std::filesystem;
using Outputs = std::vector<emulate::TensorValues>;

PlanningOptions planning_of(const Json& target) {
  PlanningOptions planning;
  planning.board = target.at("board").get<std::string>();
  planning.sram = target.at("limits").at("sram").get<std::int64_t>();
  planning.flash = target.at("limits").at("flash").get<std::int64_t>();
  if (target.at("input_mode") == "rows") planning.techniques.input_mode = plan::InputMode::rows;
  return planning;
}

/// What flash is spent on, by the planner and by the compiler.
struct Spending {
  plan::Optimize optimize;
  const char* compiler_level = "";  ///< PlanningOptions'.
};

/// What pays for it; as much as there is; that, but not on unrolled loops; nothing.
constexpr Spending spendings[] = {
    {plan::Optimize::balanced}, {plan::Optimize::speed}, {plan::Optimize::speed, "Os"}, {plan::Optimize::size}};

/// A plan within the budget, and the linked firmware of it.
struct Build {
  PlanningOptions planning;
  plan::NetworkPlan network;
  emulate::Measurement measured;
};

Build built(const ir::Graph& model, PlanningOptions planning, const Spending& spending) {
  planning.techniques.optimize = spending.optimize;
  planning.compiler_level = spending.compiler_level;
  Build build{planning, planning.planned(model, planning.chosen_board()), {}};
  const auto& [graph, plan, rewritings] = build.network;
  check_budget(graph, plan, planning.chosen_board());
  emulate::MeasureOptions measuring;
  measuring.layers = true;
  measuring.optimize = "-" + planning.chosen_compiler_level();
  build.measured =
      emulate::measure(graph, plan, planning.linked_board(), emulate::seeded_inputs(graph, graph.inputs, 0), measuring);
  return build;
}

/// The first of `spendings` that keeps the budget, or the last one.
Build build_of(const ir::Graph& model, const PlanningOptions& planning) {
  const target::Board board = planning.chosen_board();
  for (const Spending& spending : std::span(spendings).first(std::size(spendings) - 1))
    if (Build build = built(model, planning, spending); fits(build.measured, board)) return build;
  return built(model, planning, std::end(spendings)[-1]);
}

Json bench_json(const ir::Graph& model, const Build& build) {
  const target::Board board = build.planning.chosen_board();
  const auto& [graph, plan, rewritings] = build.network;
  Json json = emulate::to_json(build.measured, model, graph, plan, board);
  json["optimize"] = plan::name_of(build.planning.techniques.optimize);
  json["compiler_level"] = build.planning.chosen_compiler_level();
  json["fits"] = fits(build.measured, board);
  return json;
}

/// Test samples as a model takes them.
struct Samples {
  quantize::LabelledInputs labelled;
  Outputs inputs;
};

Samples samples_of(const data::Dataset& dataset, const ir::Graph& model, const data::Normalization& normalization) {
  Samples samples{data::model_inputs(dataset, model, normalization), {}};
  samples.inputs.resize(samples.labelled.size());
  parallel_for(samples.inputs.size(), available_threads(),
               [&](std::size_t i) { samples.inputs[i] = samples.labelled.inputs(i); });
  return samples;
}

quantize::Evaluation evaluation_of(const Samples& samples, const Outputs& outputs, const ir::Graph& model) {
  std::size_t next = 0;  // One thread asks in order.
  const quantize::Model recorded = [&](std::span<const emulate::Bytes>) { return outputs.at(next++); };
  return quantize::evaluate(samples.labelled, recorded, model.tensor(model.outputs.at(0)),
                            quantize::output_kind(model));
}

Json eval_on_host(const ir::Graph& model, const Build& build, const Samples& samples) {
  const Outputs outputs = emulate::execute_on_host(build.network.graph, build.network.plan, samples.inputs).outputs;
  Json json = quantize::to_json(evaluation_of(samples, outputs, model));
  json["backend"] = "host";
  return json;
}

Json eval_on_core(const ir::Graph& model, const Build& build, const Samples& samples) {
  emulate::ExecuteOptions options;
  options.optimize = "-" + build.planning.chosen_compiler_level();
  const Outputs outputs = emulate::execute_on_emulator(build.network.graph, build.network.plan,
                                                       build.planning.linked_board(), samples.inputs, options)
                              .outputs;
  const Outputs expected = execute(model, Backend::reference, build.planning, samples.inputs).outputs;
  std::size_t differing = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) differing += outputs[i] != expected[i] ? 1 : 0;
  Json json = quantize::to_json(evaluation_of(samples, outputs, model));
  json["backend"] = "emulator";
  json["differ_from_reference"] = differing;
  return json;
}

}  // namespace

Json measure_firmware(const Json& target, const fs::path& folder, const std::string& dataset, std::size_t on_core) {
  ModelOptions options;
  options.model = folder / "int8.tflite";
  const ir::Graph model = options.simplified();
  const Build build = build_of(model, planning_of(target));
  emit::write_files(emit::emit_program(build.network.graph, build.network.plan, {"model", build.planning.board}),
                    folder / "firmware");
  Json json{{"bench", bench_json(model, build)}};
  write_json(folder / "bench.json", json["bench"]);

  SampleOptions samples;
  samples.dataset = dataset;
  const data::Dataset test = samples.open(model.tensor(own_inputs(model).at(0))).for_evaluation();
  const data::Normalization normalization = samples.normalization_for(options.model);
  json["int8"] = eval_on_host(model, build, samples_of(test, model, normalization));
  write_json(folder / "eval_int8.json", json["int8"]);
  const data::Dataset some = on_core < test.size() ? test.sample_of(on_core, samples.seed) : test;
  json["core"] = eval_on_core(model, build, samples_of(some, model, normalization));
  write_json(folder / "eval_core.json", json["core"]);
  if (const auto differing = json["core"].at("differ_from_reference").get<std::size_t>(); differing > 0) {
    throw Error(fmt::format("{}: {} outputs on the core differ from the reference", options.model.string(), differing),
                "this is a bug of Thimble: please report it with the model", Exit::answer_is_no);
  }
  return json;
}

}  // namespace thimble::cli
