// plan/column_tiles.h
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "ir/graph.h"
#include "plan/plan.h"
#include "target/kernel_choice.h"

namespace thimble::plan {

/// How many output pixels' columns a k x k convolution gathers before it multiplies them, all of them by one channel's
/// weights after the other's: the model-adaptive memory scheduling of MCUNet (arXiv 2007.10319, section 3.2).
///
/// In instructions it brings nothing (docs/planner.md has the figures): a kernel's registers hold four pixels whatever
/// the tile. What it saves is reads of weights, which is time on boards whose flash is slow, and none in the emulator.
enum class ColumnTiles {
  four,   ///< As many as the kernels compute at a time. The default.
  model,  ///< The paper's: what the layer with the most weights a channel needs for four, each layer may use.
  arena,  ///< What the arena leaves free while the layer runs, without a larger peak.
};

/// Makes a plan with the kernels given.
using PlanKernels = std::function<Plan(std::span<const target::KernelChoice> kernels)>;

/// The plan with tiles of columns as `tiles` says, at most a row of pixels. `kernels` are those of graph.ops.
Plan plan_column_tiles(const ir::Graph& graph, std::vector<target::KernelChoice> kernels, ColumnTiles tiles,
                       const PlanKernels& plan_kernels);

}  // namespace thimble::plan
