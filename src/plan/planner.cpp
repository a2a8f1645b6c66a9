// plan/planner.cpp
#include "plan/planner.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "plan/layerwise.h"
#include "target/kernel_choice.h"

namespace thimble::plan {
namespace {

/// Of a whole firmware: kernels, parameters of layers, start-up.
constexpr std::int64_t code_bytes = 40 * 1024;

std::int64_t extra_flash(const ir::Graph& graph, const PlanOptions& options) {
  if (options.optimize == Optimize::size) return 0;
  if (options.optimize == Optimize::balanced) return balanced_extra_bytes;
  if (options.flash_bytes == 0) return std::numeric_limits<std::int64_t>::max();
  return std::max<std::int64_t>(0, options.flash_bytes - constant_bytes(graph) - code_bytes);
}

}  // namespace

std::int64_t constant_bytes(const ir::Graph& graph) {
  std::int64_t bytes = 0;
  for (const ir::Tensor& tensor : graph.tensors)
    if (tensor.is_constant()) bytes += tensor.bytes();
  return bytes;
}

Plan make_plan(const ir::Graph& graph, const target::Core& core, const PlanOptions& options) {
  target::KernelOptions kernel_options;
  kernel_options.dsp = options.dsp;
  kernel_options.specialized = options.specialized_kernels;
  auto kernels =
      select_kernels(graph, operators_to_run(graph, options), core, kernel_options, extra_flash(graph, options));
  const auto plan_kernels = [&](std::span<const target::KernelChoice> chosen) {
    return plan_layerwise(graph, chosen, options);
  };
  return plan_column_tiles(graph, std::move(kernels), options.column_tiles, plan_kernels);
}

}  // namespace thimble::plan
