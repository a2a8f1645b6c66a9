// plan/planner.h
#pragma once

#include <vector>

#include "ir/graph.h"
#include "plan/column_tiles.h"
#include "plan/kernel_selection.h"
#include "plan/liveness.h"
#include "plan/plan.h"
#include "target/board.h"

namespace thimble::plan {

/// What the planner looks for.
enum class Objective {
  latency,  ///< The fewest cycles that fit the arena.
  sram,     ///< The smallest arena, and of those the fewest cycles.
};

/// Techniques of the planner. All on by default; each can be switched off to measure what it brings.
struct PlanOptions {
  bool exact_offsets = true;       ///< Branch and bound; off: first fit, largest buffer first.
  bool in_place = true;            ///< Element-wise ops write over an input that dies there.
  bool in_place_depthwise = true;  ///< So do depthwise convolutions, a few channels at a time.
  bool alias_views = true;         ///< Reshapes share their input's bytes.
  bool overlap = true;             ///< Outputs reach into the rows of their inputs that have been read.
  bool stream = true;              ///< Segments run as streams of rows where a budget or an objective asks for it.
  /// Planes of squeeze-and-excites, and rows between tiles, are computed twice where that saves what is asked.
  bool recompute = true;
  bool channel_split = true;        ///< Blocks expand some channels at a time where that saves what is asked.
  bool tiles = true;                ///< Blocks expand, filter and project tile by tile where that saves what is asked.
  bool patches = true;              ///< Segments run in patches where that saves what is asked.
  bool reorder = true;              ///< Branches run in the order that needs least.
  bool dsp = true;                  ///< Use the core's SIMD kernels.
  bool specialized_kernels = true;  ///< Convolutions made for their size and stride.
  bool lean_kernels = true;         ///< Convolutions with little scratch where that saves what is asked.
  bool regions = true;              ///< What fits no single memory of a board lies in several (regions.h).
  InputMode input_mode = InputMode::resident;
  Objective objective = Objective::latency;
  std::int64_t arena_bytes = 0;  ///< What the arena may have; 0: without limit.
  /// What a plan places its arena in, in this order, arena_bytes together; empty: one range.
  std::vector<target::MemoryRegion> memories;
  Optimize optimize = Optimize::balanced;
  ColumnTiles column_tiles = ColumnTiles::four;
  std::int64_t flash_bytes = 0;  ///< What Optimize::speed may fill; 0: without limit.
};

/// SRAM to leave beside the arena: generated programs and start-up code use less.
inline constexpr std::int64_t stack_bytes = 2048;

/// What any exact engine keeps in flash: weights, biases, and a multiplier and a shift for each channel.
std::int64_t constant_bytes(const ir::Graph& graph);

/// Plans the execution of a simplified int8 graph on a core: by the objective, or with the smallest arena if nothing
/// fits the budget. Outputs live in the arena, and so do inputs unless the caller hands over their rows.
/// @throws Error naming the layer if an operator has no kernel.
Plan make_plan(const ir::Graph& graph, const target::Core& core, const PlanOptions& options = {});

/// Plans of a network's whole front, each with a smaller arena than the one before; the first is the fastest. Objective
/// and budget of the options do not matter. @throws Error as above.
std::vector<Plan> plans_of_front(const ir::Graph& graph, const target::Core& core, const PlanOptions& options = {});

}  // namespace thimble::plan
