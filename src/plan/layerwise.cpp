// plan/layerwise.cpp
#include "plan/layerwise.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "plan/aliases.h"
#include "plan/liveness.h"
#include "plan/offsets.h"

namespace thimble::plan {
namespace {

std::int64_t aligned(std::int64_t bytes) { return (bytes + arena_alignment - 1) / arena_alignment * arena_alignment; }

Holders first_holders(const ir::Graph& graph, const PlanOptions& options) {
  return options.alias_views ? view_holders(graph) : separate_holders(graph);
}

std::vector<int> without_views(const ir::Graph& graph, const Holders& holders) {
  std::vector<int> ops;
  for (std::size_t i = 0; i < graph.ops.size(); ++i)
    if (!is_view(graph.ops[i], holders)) ops.push_back(static_cast<int>(i));
  return ops;
}

void check_outputs(const ir::Graph& graph) {
  for (const ir::TensorId id : graph.outputs)
    if (graph.tensor(id).is_constant())
      fail("{}: output \"{}\" is a constant: there is nothing to compute", graph.name, graph.tensor(id).name);
}

/// One buffer for each holder with a lifetime, and a placement for every tensor that it holds. Returns the buffer of
/// each holder, or -1.
std::vector<int> add_tensors(const ir::Graph& graph, const Holders& holders, std::span<const Lifetime> lifetimes,
                             Plan& plan) {
  std::vector<int> buffer_of(graph.tensors.size(), -1);
  for (std::size_t holder = 0; holder < lifetimes.size(); ++holder) {
    if (!lifetimes[holder].exists()) continue;
    const ir::Tensor& tensor = graph.tensors[holder];
    buffer_of[holder] = static_cast<int>(plan.buffers.size());
    plan.buffers.push_back({tensor.name, tensor.bytes(), 0, lifetimes[holder].first, lifetimes[holder].last});
  }
  for (std::size_t id = 0; id < holders.size(); ++id) {
    const int buffer = buffer_of[static_cast<std::size_t>(holders[id])];
    if (buffer < 0) continue;
    const ir::Tensor& tensor = graph.tensors[id];
    const int rows = rows_of(tensor);
    plan.placements.push_back({static_cast<ir::TensorId>(id), buffer, 0, row_bytes_of(tensor), rows, rows});
  }
  return buffer_of;
}

Stage whole_op(const ir::Graph& graph, int op, const target::KernelChoice& kernel) {
  Step step;
  step.op = op;
  step.rows = {0, 0, rows_of(graph.tensor(graph.ops[static_cast<std::size_t>(op)].outputs.at(0)))};
  step.kernel = kernel;
  return {1, {step}};
}

void add_scratch(const ir::Graph& graph, Plan& plan) {
  for (std::size_t stage = 0; stage < plan.stages.size(); ++stage)
    for (Step& step : plan.stages[stage].steps) {
      if (step.kernel.scratch_bytes == 0) continue;
      step.scratch_buffer = static_cast<int>(plan.buffers.size());
      const std::string& op = graph.name_of(graph.ops[static_cast<std::size_t>(step.op)]);
      const int now = static_cast<int>(stage);
      plan.buffers.push_back({"scratch of " + op, step.kernel.scratch_bytes, 0, now, now});
    }
}

/// Places the buffers; `over` says for each the one whose place it takes, or -1.
void place_buffers(const PlanOptions& options, std::span<const int> over, Plan& plan) {
  std::vector<LiveRange> ranges;
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer& buffer = plan.buffers[i];
    ranges.push_back({aligned(buffer.bytes), buffer.first_stage, buffer.last_stage, over[i]});
  }
  OffsetOptions search;
  search.exact = options.exact_offsets;
  Offsets offsets = place(ranges, search);
  if (offsets.peak > section_bound(ranges)) {  // To begin at the same byte is a constraint too: rarely, one that costs.
    for (LiveRange& range : ranges) range.over = LiveRange::nothing;
    if (Offsets apart = place(ranges, search); apart.peak < offsets.peak) offsets = std::move(apart);
  }
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) plan.buffers[i].offset = offsets.offset[i];
  plan.arena_bytes = offsets.peak;
}

/// For each buffer the one whose place it takes, or -1.
std::vector<int> buffers_below(std::span<const ir::TensorId> places, std::span<const int> buffer_of,
                               std::size_t buffers) {
  std::vector<int> below(buffers, LiveRange::nothing);
  for (std::size_t holder = 0; holder < places.size(); ++holder)
    if (places[holder] != ir::no_tensor)
      below[static_cast<std::size_t>(buffer_of[holder])] = buffer_of[static_cast<std::size_t>(places[holder])];
  return below;
}

}  // namespace

std::vector<int> operators_to_run(const ir::Graph& graph, const PlanOptions& options) {
  return without_views(graph, first_holders(graph, options));
}

Plan plan_layerwise(const ir::Graph& graph, std::span<const target::KernelChoice> kernels, const PlanOptions& options) {
  check_outputs(graph);
  Holders holders = first_holders(graph, options);
  const std::vector<int> ops = without_views(graph, holders);
  std::vector<target::KernelChoice> stage_kernels;
  for (const int op : ops) stage_kernels.push_back(kernels[static_cast<std::size_t>(op)]);
  std::vector<Lifetime> lifetimes = lifetimes_of(graph, ops, holders);
  if (options.in_place) share_in_place(graph, ops, stage_kernels, holders, lifetimes);
  std::vector<ir::TensorId> places(graph.tensors.size(), ir::no_tensor);
  if (options.in_place_depthwise) places = places_of_depthwise(graph, ops, stage_kernels, holders, lifetimes);

  Plan plan;
  const std::vector<int> buffer_of = add_tensors(graph, holders, lifetimes, plan);
  for (std::size_t stage = 0; stage < ops.size(); ++stage)
    plan.stages.push_back(whole_op(graph, ops[stage], stage_kernels[stage]));
  add_scratch(graph, plan);
  place_buffers(options, buffers_below(places, buffer_of, plan.buffers.size()), plan);
  return plan;
}

}  // namespace thimble::plan
