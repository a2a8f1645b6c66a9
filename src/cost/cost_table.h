// cost/cost_table.h
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "target/board.h"

namespace thimble::cost {

/// What something costs on a core. Expected values, hence not whole numbers.
struct Cost {
  double instructions = 0;
  double cycles = 0;  ///< 0 where the table has none: CostTable::has_cycles.

  Cost& operator+=(const Cost& other) {
    instructions += other.instructions;
    cycles += other.cycles;
    return *this;
  }
};

/// What one iteration of a kernel's loop costs.
struct LoopCost {
  std::string loop;  ///< The name that loops_of gives it.
  Cost each;
};

/// How well a kernel's loop costs give back what they were fitted to: relative errors over the sweep.
struct FitError {
  int samples = 0;
  double mean_instructions = 0, worst_instructions = 0;
  double mean_cycles = 0, worst_cycles = 0;
};

struct KernelCost {
  std::vector<LoopCost> loops;
  FitError error;
};

/// The costs of every kernel on one core, fitted by `thimble fit` from counts of the emulated core.
struct CostTable {
  std::string core;      ///< "cortex-m7"
  std::string compiler;  ///< What the kernels were compiled with: "arm-none-eabi-gcc 12.2.1 -mcpu=cortex-m7 ... -O3".
  std::string cycles;    ///< The pipeline model that estimates cycles; empty if there are none.
  std::map<std::string, KernelCost, std::less<>> kernels;

  bool has_cycles() const { return !cycles.empty(); }
  /// Whether cost_of works for this kernel.
  bool knows(std::string_view kernel) const { return kernels.contains(kernel); }
};

/// The table of a core, boards/costs/<core>.json, read once. The host's cores have that of the Cortex-M7 (with SIMD)
/// or M0+ (without), so that the planner decides for them as for a board. @throws Error if there is no such file.
const CostTable& cost_table(const target::Core& core);

/// @throws Error naming the file: a missing or wrong field, a loop that the kernel has not, or one that is missing.
CostTable read_cost_table(const std::filesystem::path& file);
Json to_json(const CostTable& table);

}  // namespace thimble::cost
