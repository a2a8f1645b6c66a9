// plan/planner.h
#pragma once

#include "ir/graph.h"
#include "plan/column_tiles.h"
#include "plan/kernel_selection.h"
#include "plan/plan.h"
#include "target/board.h"

namespace thimble::plan {

/// Techniques of the planner. All on by default; each can be switched off to measure what it brings.
struct PlanOptions {
  bool exact_offsets = true;        ///< Branch and bound; off: first fit, largest buffer first.
  bool in_place = true;             ///< Element-wise ops write over an input that dies there.
  bool in_place_depthwise = true;   ///< So do depthwise convolutions, a few channels at a time.
  bool alias_views = true;          ///< Reshapes share their input's bytes.
  bool dsp = true;                  ///< Use the core's SIMD kernels.
  bool specialized_kernels = true;  ///< Convolutions made for their size and stride.
  Optimize optimize = Optimize::balanced;
  ColumnTiles column_tiles = ColumnTiles::four;
  std::int64_t flash_bytes = 0;  ///< What Optimize::speed may fill; 0: without limit.
};

/// Bytes of the constant tensors of a graph.
std::int64_t constant_bytes(const ir::Graph& graph);

/// Plans layer-wise execution of a simplified int8 graph on a core. Inputs and outputs live in the arena.
/// @throws Error naming the layer if an operator has no kernel.
Plan make_plan(const ir::Graph& graph, const target::Core& core, const PlanOptions& options = {});

}  // namespace thimble::plan
