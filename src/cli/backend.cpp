#include "cli/backend.h"

#include <array>
#include <map>

#include "base/crc32.h"
#include "base/parallel.h"
#include "reference/interpreter.h"

namespace thimble::cli {

namespace {

emulate::ExecuteResult execute_reference(const ir::Graph& graph, std::span<const emulate::TensorValues> inputs,
                                         bool trace) {
  emulate::ExecuteResult result;
  result.outputs.resize(inputs.size());
  const auto run_one = [&](std::size_t i) {
    reference::Observer observer;
    if (trace && i == 0) {
      observer = [&](std::size_t op, std::span<const reference::Bytes> outputs) {
        for (std::size_t o = 0; o < outputs.size(); ++o) {
          result.trace[graph.ops[op].outputs[o]] = crc32(std::span(outputs[o]));
        }
      };
    }
    result.outputs[i] = reference::run(graph, inputs[i], observer);
  };
  parallel_for(inputs.size(), available_threads(), run_one);
  return result;
}

/// Values of `from` as values of `to`, through the operator that converts between the two types.
emulate::Bytes convert(const ir::Graph& graph, ir::TensorId from, ir::TensorId to, const emulate::Bytes& values) {
  ir::Op op{ir::Quantize{}, {from}, {to}};
  if (graph.tensor(to).type == ir::DataType::float32) op.kind = ir::Dequantize{};
  return reference::evaluate(graph, op, std::array{values}).at(0);
}

std::vector<ir::TensorId> own_ends(const std::vector<ir::TensorId>& inner, const std::vector<ir::TensorId>& ends) {
  std::vector<ir::TensorId> own = inner;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (ends[i] != ir::no_tensor) own[i] = ends[i];
  }
  return own;
}

}  // namespace

void add_backend(CLI::App& verb, Backend& backend, Backend standard) {
  backend = standard;
  static const std::map<std::string, Backend> names = {
      {"reference", Backend::reference}, {"host", Backend::host}, {"emulator", Backend::emulator}};
  verb.add_option("--backend", backend,
                  "Where the model runs: the reference interpreter, the generated C on this computer, or the generated "
                  "firmware on the emulated core")
      ->transform(CLI::CheckedTransformer(names, CLI::ignore_case))
      ->option_text("reference|host|emulator");
}

emulate::ExecuteResult execute(const ir::Graph& model, Backend backend, const PlanningOptions& planning,
                               std::span<const emulate::TensorValues> inputs, bool trace) {
  if (backend == Backend::reference) return execute_reference(model, inputs, trace);
  const target::Board board = planning.chosen_board();
  const auto [graph, plan, rewritings] = planning.planned(model, board);
  emulate::ExecuteOptions options;
  options.trace = trace;
  options.optimize = "-" + planning.chosen_compiler_level();
  if (backend == Backend::host) return emulate::execute_on_host(graph, plan, inputs, options);
  if (!planning.ignore_budget) check_budget(graph, plan, board);
  return emulate::execute_on_emulator(graph, plan, planning.linked_board(), inputs, options);
}

std::vector<ir::TensorId> own_inputs(const ir::Graph& graph) { return own_ends(graph.inputs, graph.input_ends); }

std::vector<ir::TensorId> own_outputs(const ir::Graph& graph) { return own_ends(graph.outputs, graph.output_ends); }

emulate::TensorValues quantize_inputs(const ir::Graph& graph, const emulate::TensorValues& own) {
  emulate::TensorValues inner = own;
  const std::vector<ir::TensorId> ends = own_inputs(graph);
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (ends[i] != graph.inputs[i]) inner[i] = convert(graph, ends[i], graph.inputs[i], own[i]);
  }
  return inner;
}

emulate::TensorValues dequantize_outputs(const ir::Graph& graph, const emulate::TensorValues& inner) {
  emulate::TensorValues own = inner;
  const std::vector<ir::TensorId> ends = own_outputs(graph);
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (ends[i] != graph.outputs[i]) own[i] = convert(graph, graph.outputs[i], ends[i], inner[i]);
  }
  return own;
}

}  // namespace thimble::cli
