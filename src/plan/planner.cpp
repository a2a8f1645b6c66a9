// plan/planner.cpp
#include "plan/planner.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "ir/partial_sums.h"
#include "plan/lean_kernels.h"
#include "plan/packed_channels.h"
#include "plan/segment.h"
#include "plan/segment_search.h"
#include "target/convolution.h"
#include "target/kernel_choice.h"

namespace thimble::plan {
namespace {

/// Of a whole firmware: kernels, parameters of layers, start-up.
constexpr std::int64_t code_bytes = 40 * 1024;

/// Output channels of the convolutions that requantize; of those that share their weights, once.
std::int64_t channels_of(const ir::Graph& graph) {
  std::map<ir::TensorId, std::int64_t> channels;
  for (const ir::Op& op : graph.ops)
    if (const auto c = target::convolution_of(graph, op); c && !ir::makes_sums(graph, op))
      channels[op.inputs.at(1)] = c->out_ch;
  std::int64_t sum = 0;
  for (const auto& [weights, count] : channels) sum += count;
  return sum;
}

/// Beyond weights and bias: multiplier and shift; what SIMD kernels make of them.
constexpr std::int64_t channel_bytes = 5;
constexpr std::int64_t simd_channel_bytes = 8;

/// What the tables of SIMD kernels take beyond those of any engine.
std::int64_t table_bytes(const ir::Graph& graph) { return (simd_channel_bytes - channel_bytes) * channels_of(graph); }

/// Whether flash is so short that the tables are packed.
bool packs_channels(const ir::Graph& graph, const PlanOptions& options) {
  if (options.optimize == Optimize::balanced) return table_bytes(graph) > balanced_extra_bytes;
  return options.optimize == Optimize::size;
}

std::int64_t extra_flash(const ir::Graph& graph, const PlanOptions& options) {
  if (options.optimize == Optimize::size) return 0;
  if (options.optimize == Optimize::balanced)
    return std::max<std::int64_t>(0, balanced_extra_bytes - table_bytes(graph));
  if (options.flash_bytes == 0) return std::numeric_limits<std::int64_t>::max();
  return std::max<std::int64_t>(0, options.flash_bytes - constant_bytes(graph) - code_bytes);
}

target::KernelOptions kernel_options(const PlanOptions& options) {
  target::KernelOptions kernels;
  kernels.dsp = options.dsp;
  kernels.specialized = options.specialized_kernels;
  kernels.compact = options.optimize == Optimize::size;
  return kernels;
}

std::vector<target::KernelChoice> kernels_for_rows(const ir::Graph& graph,
                                                   std::span<const target::KernelChoice> kernels,
                                                   const target::Core& core, const PlanOptions& options) {
  std::vector<target::KernelChoice> row_kernels(kernels.begin(), kernels.end());
  for (const int op : operators_to_run(graph, options)) {
    target::KernelChoice& kernel = row_kernels[static_cast<std::size_t>(op)];
    kernel = target::choose_row_kernel(graph, graph.ops[static_cast<std::size_t>(op)], core, kernel_options(options),
                                       kernel);
  }
  return row_kernels;
}

/// Bytes that the arena should keep.
std::int64_t arena_limit(const PlanOptions& options) {
  if (options.objective == Objective::sram) return 0;
  return options.arena_bytes > 0 ? options.arena_bytes : std::numeric_limits<std::int64_t>::max();
}

/// The fastest division whose plan fits the arena, or else one with the smallest arena.
Plan plan_from_front(const ir::Graph& graph, std::span<const target::KernelChoice> kernels, const target::Core& core,
                     const PlanOptions& options) {
  const std::int64_t limit = arena_limit(options);
  const std::vector<target::KernelChoice> row_kernels = kernels_for_rows(graph, kernels, core, options);
  const Front front = pareto_front(graph, kernels, row_kernels, core, options);
  const auto plan_of = [&](const FrontPoint& point) {
    return plan_segments(graph, kernels, row_kernels, point.segments, options);
  };
  for (const FrontPoint& point : front.points) {
    if (point.bytes > limit) continue;
    Plan plan = plan_of(point);
    if (plan.arena_bytes <= limit) return plan;
  }
  const FrontPoint& smallest = front.points.back();
  Plan best = plan_of(smallest);
  for (const FrontPoint& point : front.roomier) {
    if (best.arena_bytes <= std::max(limit, smallest.bytes)) break;
    Plan plan = plan_of(point);
    if (plan.arena_bytes < best.arena_bytes) best = std::move(plan);
  }
  return best;
}

Plan plan_for(const ir::Graph& graph, std::span<const target::KernelChoice> kernels, const target::Core& core,
              const PlanOptions& options) {
  if (options.objective == Objective::latency && options.input_mode == InputMode::resident) {
    Plan plan = plan_layer_by_layer(graph, kernels, options);
    if (options.arena_bytes == 0 || plan.arena_bytes <= options.arena_bytes || !options.stream) return plan;
  }
  return plan_from_front(graph, kernels, core, options);
}

std::vector<target::KernelChoice> kernels_for(const ir::Graph& graph, const target::Core& core,
                                              const PlanOptions& options) {
  return select_kernels(graph, operators_to_run(graph, options), core, kernel_options(options),
                        extra_flash(graph, options));
}

}  // namespace

std::int64_t constant_bytes(const ir::Graph& graph) {
  std::set<ir::TensorId> read;  // Rewritings leave constants behind that nothing reads.
  for (const ir::Op& op : graph.ops) read.insert(op.inputs.begin(), op.inputs.end());
  std::int64_t bytes = 0;
  for (const ir::TensorId id : read)
    if (id != ir::no_tensor && graph.tensor(id).is_constant()) bytes += graph.tensor(id).bytes();
  return bytes + channel_bytes * channels_of(graph);
}

Plan make_plan(const ir::Graph& graph, const target::Core& core, const PlanOptions& options) {
  const std::vector<target::KernelChoice> kernels = kernels_for(graph, core, options);
  const auto plan_kernels = [&](std::span<const target::KernelChoice> chosen) {
    return plan_for(graph, chosen, core, options);
  };
  Plan plan = plan_column_tiles(graph, kernels, options.column_tiles, plan_kernels);
  const std::int64_t limit = arena_limit(options);
  if (options.lean_kernels && plan.arena_bytes > limit)
    plan = plan_lean_kernels(graph, core, kernel_options(options), kernels, std::move(plan), limit, plan_kernels);
  if (packs_channels(graph, options)) pack_channels(graph, plan);
  return plan;
}

std::vector<Plan> plans_of_front(const ir::Graph& graph, const target::Core& core, const PlanOptions& options) {
  const std::vector<target::KernelChoice> kernels = kernels_for(graph, core, options);
  const std::vector<target::KernelChoice> row_kernels = kernels_for_rows(graph, kernels, core, options);
  const Front front = pareto_front(graph, kernels, row_kernels, core, options);
  constexpr double step = 0.96;  // Between points that are worth a plan.
  std::vector<Plan> plans;
  double planned = std::numeric_limits<double>::max();
  const auto add = [&](const FrontPoint& point) {
    const bool is_last = point.bytes == front.points.back().bytes;
    if (static_cast<double>(point.bytes) > step * planned && !is_last) return;
    planned = static_cast<double>(point.bytes);
    Plan plan = plan_segments(graph, kernels, row_kernels, point.segments, options);
    if (!plans.empty() && plan.arena_bytes >= plans.back().arena_bytes) return;
    if (packs_channels(graph, options)) pack_channels(graph, plan);
    plans.push_back(std::move(plan));
  };
  for (const FrontPoint& point : front.points) add(point);
  for (const FrontPoint& point : front.roomier) add(point);
  return plans;
}

}  // namespace thimble::plan
