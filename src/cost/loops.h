// cost/loops.h
#pragma once

#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "target/kernel_choice.h"

namespace thimble::cost {

/// Output rows [first, first + count) that one call of a driver computes; rows as the plan sees them (plan::rows_of).
/// Of a kernel that accumulates, input rows.
struct RowSpan {
  int first = 0;
  int count = -1;  ///< -1: all from `first` on.
};

/// A stretch of a kernel's code that is executed `times` times in one call: a loop's body, or what surrounds it.
struct Loop {
  std::string_view name;  ///< "widened words", "pairs of channels"; a constant.
  double times = 0;
};
using Loops = std::vector<Loop>;

/// How often a kernel's loops run for an op. Their number and their names depend on the kernel only.
///
/// The kernels' costs are sums over their loops: the counts follow exactly from the shape, as the code is written, and
/// what an iteration costs is fitted. That keeps errors below a percent where a fit to MACs misses by tens: borders,
/// odd channels and left-over pixels are loops of their own.
Loops loops_of(const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel, RowSpan rows = {});

/// Whether loops_of knows the kernel.
bool has_loops(std::string_view kernel);

}  // namespace thimble::cost
