// plan/planner.cpp
#include "plan/planner.h"

#include <vector>

#include "plan/layerwise.h"
#include "target/kernel_choice.h"

namespace thimble::plan {

Plan make_plan(const ir::Graph& graph, const target::Core& core, const PlanOptions& options) {
  target::KernelOptions kernel_options;
  kernel_options.dsp = options.dsp;
  std::vector<target::KernelChoice> kernels(graph.ops.size());
  for (const int op : operators_to_run(graph, options))
    kernels[static_cast<std::size_t>(op)] =
        target::choose_kernel(graph, graph.ops[static_cast<std::size_t>(op)], core, kernel_options);
  return plan_layerwise(graph, kernels, options);
}

}  // namespace thimble::plan
