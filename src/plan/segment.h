// plan/segment.h
#pragma once

#include <span>
#include <vector>

#include "ir/graph.h"
#include "plan/plan.h"
#include "plan/planner.h"
#include "target/kernel_choice.h"

namespace thimble::plan {

/// Operators that are executed together, consecutive in the list of operators that run: [first, end) of it.
struct Segment {
  int first = 0;
  int end = 0;
  /// 0: each operator over all its rows, and the segment is one operator. Else the segment is streamed: so many rows of
  /// the last operator's output at a time, and what is between the operators lives in rings of rows.
  int rows_at_a_time = 0;

  bool is_streamed() const { return rows_at_a_time > 0; }
  bool operator==(const Segment&) const = default;
};

/// The operators that run code, in order; with `alias_views` those are all but the views.
std::vector<int> operators_to_run(const ir::Graph& graph, const PlanOptions& options);

/// One segment for each of so many operators.
std::vector<Segment> layer_by_layer(std::size_t ops);

/// The plan that executes `segments`, which divide operators_to_run without a gap. `kernels` has one for each of
/// graph.ops, for when it runs over all its rows; `row_kernels` for when it is streamed. Kernels of operators that
/// become views are not used.
Plan plan_segments(const ir::Graph& graph, std::span<const target::KernelChoice> kernels,
                   std::span<const target::KernelChoice> row_kernels, std::span<const Segment> segments,
                   const PlanOptions& options);

/// The plan that executes one operator after the other, each over all its rows.
Plan plan_layer_by_layer(const ir::Graph& graph, std::span<const target::KernelChoice> kernels,
                         const PlanOptions& options);

}  // namespace thimble::plan
