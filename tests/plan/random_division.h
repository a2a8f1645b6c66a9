// Segments of random lengths, streamed where they can be.
#pragma once

#include <span>
#include <vector>

#include <rapidcheck.h>

#include "plan/aliases.h"
#include "plan/segment.h"
#include "plan/segment_layout.h"
#include "test_kernels.h"

namespace thimble::testing {

inline std::vector<target::KernelChoice> test_kernels_of(const ir::Graph& graph) {
  std::vector<target::KernelChoice> kernels;
  for (const ir::Op& op : graph.ops) kernels.push_back(test_kernel(graph, op));
  return kernels;
}

inline std::vector<plan::Segment> random_division(const ir::Graph& graph, std::span<const target::KernelChoice> kernels,
                                                  const plan::PlanOptions& options) {
  const std::vector<int> ops = plan::operators_to_run(graph, options);
  const plan::Holders holders = plan::view_holders(graph);
  const std::vector<plan::Lifetime> lifetimes = plan::lifetimes_of(graph, ops, holders);
  const plan::Divided network{graph, kernels, kernels, ops, holders, {}, lifetimes, options};
  std::vector<plan::Segment> segments;
  for (int first = 0; first < static_cast<int>(ops.size());) {
    int end = first + *rc::gen::inRange(1, 5);
    while (end > first + 1 && (end > static_cast<int>(ops.size()) || !plan::can_stream(network, first, end))) --end;
    const bool streams = end > first + 1;
    segments.push_back({first, end, streams ? *rc::gen::inRange(1, 4) : 0});
    first = end;
  }
  return segments;
}

}  // namespace thimble::testing
