// emulate/selftest.h
#pragma once

#include <vector>

#include "emit/emit.h"
#include "ir/graph.h"
#include "plan/plan.h"
#include "target/board.h"

namespace thimble::emulate {

/// The files of a self-test: the model as C with a main.c for a real board that counts the core's cycles in each layer,
/// checks the outputs against the reference interpreter's and reports in JSON lines; what the pipeline model says of
/// each layer is in the report, so that calibrate.h needs nothing else. README.md says how to build and flash it.
///
/// The report's lines: {"selftest": 1, "board", "core", "clock_mhz", "model", "layers"}; for each layer {"layer", "op",
/// "macs", "cycles", "model_cycles", "taken_branches", "loaded_words"}; {"total_cycles", "output_crc32",
/// "expected_crc32", "pass"}.
/// @throws Error: exit code 2 if the core has no cycle counter or the model has inputs of other types than int8 and
/// uint8; 3 if the compiler is missing.
std::vector<emit::File> selftest_files(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board);

}  // namespace thimble::emulate
