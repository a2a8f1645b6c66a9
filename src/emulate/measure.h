// emulate/measure.h
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "emulate/cycle_count.h"
#include "emulate/execute.h"

namespace thimble::emulate {

/// One executed step of the plan, in order; steps of a streamed stage are summed by op.
struct LayerCount {
  int op = 0;  ///< Index in graph.ops.
  std::int64_t instructions = 0;
  double cycles = 0;  ///< Estimated; 0 where the core has no pipeline model.
};

/// What DESIGN section 3 defines, measured on the linked firmware. Sizes in bytes.
struct Measurement {
  struct {
    std::int64_t arena = 0, io = 0, static_ = 0, state = 0, stack = 0;
    std::int64_t total() const { return arena + io + static_ + state + stack; }
  } sram;
  struct {
    std::int64_t weights = 0, code = 0, firmware = 0;
    std::int64_t total() const { return weights + code; }
  } flash;
  std::int64_t instructions = 0;  ///< Of one invoke call.
  CycleCounts cycles;             ///< Estimated (docs/cycles.md); zero where the core has no pipeline model.
  std::vector<LayerCount> layers;
  double estimated_cycles = 0;  ///< The sum of `cycles`.
  std::string flags;            ///< Compiler and flags that the firmware was built with.
  std::string machine;          ///< The QEMU machine, and the core it emulates.
  TensorValues outputs;         ///< Of the inference that was measured.
};

/// Whether what the model needs, all parts of both totals, is within the board's SRAM and flash.
bool fits(const Measurement& measured, const target::Board& board);

struct MeasureOptions {
  bool layers = true;     ///< Also count each layer (a second firmware, with marks).
  bool float_io = false;  ///< Count the QUANTIZE / DEQUANTIZE at the model's ends too.
  std::string optimize = "-O3";
};

/// Builds the firmware with the board's real memory sizes, boots it, runs one inference on `input` and measures it.
/// @throws Error: exit code 3 if a tool is missing, 1 if the firmware does not fit the board (which memory, by how
/// many bytes).
Measurement measure(const ir::Graph& graph, const plan::Plan& plan, const target::Board& board,
                    const TensorValues& input, const MeasureOptions& options = {});

}  // namespace thimble::emulate
