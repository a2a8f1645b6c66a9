// emulate/execute.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "ir/graph.h"
#include "plan/plan.h"
#include "target/board.h"

namespace thimble::emulate {

using Bytes = std::vector<std::byte>;

/// Values of every input (or output) tensor of one inference, in the graph's order.
using TensorValues = std::vector<Bytes>;

struct ExecuteOptions {
  bool trace = false;     ///< Also give the CRC-32 of every tensor that the first inference computes.
  bool float_io = false;  ///< Inputs and outputs are the model's own (Graph::input_ends, output_ends): the generated
                          ///< program quantizes and dequantizes them.
  std::string optimize = "-O3";
};

struct ExecuteResult {
  std::vector<TensorValues> outputs;            ///< One for each inference.
  std::map<ir::TensorId, std::uint32_t> trace;  ///< CRC-32 of raw bytes, by tensor.
};

/// Emits the plan's program, compiles it with the host's C compiler (`cc`, or $CC) and runs it as a process.
/// @throws Error: exit code 3 if there is no compiler.
ExecuteResult execute_on_host(const ir::Graph& graph, const plan::Plan& plan, std::span<const TensorValues> inputs,
                              const ExecuteOptions& options = {});

/// Emits the plan's program, links it into a bare-metal firmware with the board's core and memory sizes, boots that in
/// QEMU and passes the tensors through semihosting files. @throws Error: exit code 3 if a tool is missing, 1 if the
/// firmware does not fit the board.
ExecuteResult execute_on_emulator(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board,
                                  std::span<const TensorValues> inputs, const ExecuteOptions& options = {});

}  // namespace thimble::emulate
