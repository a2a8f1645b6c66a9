// emulate/harness.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "emit/emit.h"
#include "emulate/execute.h"
#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::emulate {

/// The harness (boards/harness/) is a C main that runs a generated program on inferences from a file. The same sources
/// make a process of this computer and a firmware: they reach files through io.h, which io_stdio.c implements here and
/// semihosting on a core. Files, in the folder in which the program runs:
///     inputs.bin   uint32 count; then for each inference the values of every input. An input that the program takes
///                  row by row stays in the file until then.
///     outputs.bin  for each inference the values of every output
///     trace.bin    for each tensor of the graph, by id: uint32 rows, uint32 CRC-32 (with trace only)
struct HarnessOptions {
  bool trace = false;     ///< Compile every C file with -DHARNESS_TRACE -include trace.h, and trace.c too.
  bool float_io = false;  ///< Inputs and outputs are the model's own (float32, uint8): quantized around the invocation.
};

/// The generated program's name in a harness: model.c, model.h, model_invoke.
inline constexpr const char* harness_program = "model";

/// Every file of a build: the generated program (as "model") and the harness. To compile: `harness_sources`.
std::vector<emit::File> harness_files(const ir::Graph& graph, const plan::Plan& plan, const HarnessOptions& options);

/// The C files of a build, without the one that implements io.h.
std::vector<std::string> harness_sources(const HarnessOptions& options);

/// Flags for the C compiler that `options` ask for; -std=c99 -ffp-contract=off among them.
std::vector<std::string> harness_flags(const HarnessOptions& options);

/// inputs.bin. @throws Error if an inference has not the inputs that the graph takes.
std::vector<std::byte> pack_inputs(const ir::Graph& graph, std::span<const TensorValues> inputs,
                                   const HarnessOptions& options);

/// Reads outputs.bin. @throws Error if its size is not that of `inferences` inferences.
std::vector<TensorValues> unpack_outputs(const ir::Graph& graph, std::span<const std::byte> file,
                                         std::size_t inferences, const HarnessOptions& options);

/// Reads trace.bin: the tensors of which rows were computed.
std::map<ir::TensorId, std::uint32_t> unpack_trace(std::span<const std::byte> file);

/// What an exit status of the harness says went wrong.
std::string harness_failure(int status);

}  // namespace thimble::emulate
