// cli/backend.h
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/prepare.h"
#include "emulate/execute.h"
#include "ir/graph.h"

namespace thimble::cli {

/// Where a model runs.
enum class Backend { reference, host, emulator };

/// Adds `--backend reference|host|emulator`.
void add_backend(CLI::App& verb, Backend& backend, Backend standard);

/// Runs inferences on a backend. Values are those of graph.inputs and graph.outputs: the quantized tensors where
/// passes/strip_ends took the ends off. The emulator is the core of `planning`'s board, in the emulator's memory.
emulate::ExecuteResult execute(const ir::Graph& model, Backend backend, const PlanningOptions& planning,
                               std::span<const emulate::TensorValues> inputs, bool trace = false);

/// The tensors as the model's own file declares them: before strip_ends. Where nothing was taken off, graph.inputs'.
std::vector<ir::TensorId> own_inputs(const ir::Graph& graph);
std::vector<ir::TensorId> own_outputs(const ir::Graph& graph);

/// Converts values between the model's own ends and the quantized tensors, by the operators that were taken off.
emulate::TensorValues quantize_inputs(const ir::Graph& graph, const emulate::TensorValues& own);
emulate::TensorValues dequantize_outputs(const ir::Graph& graph, const emulate::TensorValues& inner);

}  // namespace thimble::cli
