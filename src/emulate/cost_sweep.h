// emulate/cost_sweep.h
#pragma once

#include <span>
#include <vector>

#include "cost/cost_table.h"
#include "cost/loops.h"
#include "ir/graph.h"
#include "target/board.h"
#include "target/kernel_choice.h"

namespace thimble::emulate {

/// An operator of a small graph, as a rule the only one, and the kernel to run it with.
struct SweepSample {
  ir::Graph graph;
  int op = 0;  ///< Index in graph.ops.
  target::KernelChoice kernel;
  int rows_a_call = 0;  ///< Of the input, which there are a multiple of; 0 but for a kernel that accumulates.

  const ir::Op& swept() const { return graph.ops[static_cast<std::size_t>(op)]; }
};

/// How often the loops of a sample run, over all calls.
cost::Loops loops_of(const SweepSample& sample);

/// The graphs of the sweep with each kernel that can run them on a core, SIMD or not.
std::vector<SweepSample> sweep_samples(const target::Core& core);

/// Counts each sample on the emulated core of `board`, hundreds of them in one firmware: side_by_side. Cycles are 0
/// where the emulator has no pipeline model of the core.
std::vector<cost::Cost> count_samples(std::span<const SweepSample> samples, const target::Board& board);

}  // namespace thimble::emulate
