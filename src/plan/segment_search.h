// plan/segment_search.h
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/graph.h"
#include "plan/plan.h"
#include "plan/planner.h"
#include "plan/segment.h"
#include "target/board.h"
#include "target/kernel_choice.h"

namespace thimble::plan {

/// A way to execute a network that none is both smaller and faster than, among those that were looked at.
struct FrontPoint {
  std::vector<Segment> segments;
  std::int64_t bytes = 0;  ///< What the most demanding segment needs; the arena of its plan may need a little more.
  double cycles = 0;       ///< Predicted; instructions for cores whose cost table has no cycles.
};

struct Front {
  /// From the fastest to the smallest, at least one.
  std::vector<FrontPoint> points;
  /// Others as small as the last one, the fastest first: their segments that do not bound the arena leave more and more
  /// room, so that exact offsets may come closer to the bytes.
  std::vector<FrontPoint> roomier;
};

/// All divisions of a network into segments: for each number of bytes the fastest division whose segments all keep
/// within it, found as the shortest path through the positions between operators. The first is layer by layer, or close
/// to it; with streaming switched off, the only one.
Front pareto_front(const ir::Graph& graph, std::span<const target::KernelChoice> kernels,
                   std::span<const target::KernelChoice> row_kernels, const target::Core& core,
                   const PlanOptions& options);

}  // namespace thimble::plan
