#include "plan/lean_kernels.h"

#include <algorithm>
#include <utility>

namespace thimble::plan {
namespace {

/// A convolution that has a kernel with less scratch.
struct Leaner {
  std::size_t op = 0;
  std::int64_t scratch_bytes = 0;  ///< Of the kernel that it has.
  target::KernelChoice kernel;
};

/// Those with most scratch first.
std::vector<Leaner> find_leaner(const ir::Graph& graph, const target::Core& core, const target::KernelOptions& options,
                                const std::vector<target::KernelChoice>& kernels) {
  std::vector<Leaner> found;
  for (std::size_t op = 0; op < kernels.size(); ++op) {
    if (kernels[op].column_bytes == 0) continue;
    target::KernelChoice lean = target::choose_kernel(graph, graph.ops[op], core, options);
    if (lean.scratch_bytes < kernels[op].scratch_bytes)
      found.push_back({op, kernels[op].scratch_bytes, std::move(lean)});
  }
  std::ranges::stable_sort(found, std::ranges::greater(), &Leaner::scratch_bytes);
  return found;
}

}  // namespace

Plan plan_lean_kernels(const ir::Graph& graph, const target::Core& core, target::KernelOptions options,
                       std::vector<target::KernelChoice> kernels, Plan plan, std::int64_t limit,
                       const PlanKernels& plan_kernels) {
  options.lean = true;
  const std::vector<Leaner> leaner = find_leaner(graph, core, options, kernels);
  if (leaner.empty()) return plan;
  const auto plan_with = [&](std::size_t count) {
    std::vector<target::KernelChoice> chosen = kernels;
    for (std::size_t i = 0; i < count; ++i) chosen[leaner[i].op] = leaner[i].kernel;
    return plan_kernels(chosen);
  };
  Plan best = plan_with(leaner.size());
  if (best.arena_bytes >= plan.arena_bytes) return plan;
  const std::int64_t enough = std::max(limit, best.arena_bytes);
  std::size_t too_few = 0;
  std::size_t count = leaner.size();
  while (too_few + 1 < count) {
    const std::size_t fewer = (too_few + count) / 2;
    Plan other = plan_with(fewer);
    if (other.arena_bytes <= enough) {
      best = std::move(other);
      count = fewer;
    } else {
      too_few = fewer;
    }
  }
  return best;
}

}  // namespace thimble::plan
