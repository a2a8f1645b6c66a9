#include "plan/patch_search.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/error.h"
#include "passes/split_patches.h"
#include "plan/peak.h"

namespace thimble::plan {
namespace {

/// How many cut tensors before and after the peak a stage may begin and end at.
constexpr std::size_t most_ends = 4;
constexpr std::array grids{PatchGrid{1, 2}, PatchGrid{2, 1}, PatchGrid{2, 2}, PatchGrid{3, 3}, PatchGrid{4, 4}};

/// Operators [first, last] that run in the stage of the peak.
struct OpRange {
  int first = 0;
  int last = -1;
};

OpRange ops_at_peak(const Plan& plan) {
  OpRange range;
  if (plan.stages.empty()) return range;
  for (const Step& step : plan.stages[static_cast<std::size_t>(peak_of(plan).stage)].steps) {
    if (step.op < 0) continue;
    range.first = range.last < 0 ? step.op : std::min(range.first, step.op);
    range.last = std::max(range.last, step.op);
  }
  return range;
}

/// Where stages may begin (before the peak, the nearest first) and end (behind it).
struct Ends {
  std::vector<ir::TensorId> inputs, outputs;
};

Ends ends_around(const ir::Graph& graph, const OpRange& peak) {
  const std::vector<ir::TensorId> cuts = cut_tensors(graph);
  std::vector<int> producer(graph.tensors.size(), -1);
  for (std::size_t i = 0; i < graph.ops.size(); ++i)
    producer[static_cast<std::size_t>(graph.ops[i].outputs.at(0))] = static_cast<int>(i);
  Ends ends;
  for (const ir::TensorId cut : cuts) {
    const int op = producer[static_cast<std::size_t>(cut)];
    if (op < peak.first) ends.inputs.insert(ends.inputs.begin(), cut);
    if (op >= peak.last) ends.outputs.push_back(cut);
  }
  if (ends.inputs.size() < most_ends && graph.inputs.size() == 1) ends.inputs.push_back(graph.inputs[0]);
  ends.inputs.resize(std::min(ends.inputs.size(), most_ends));
  ends.outputs.resize(std::min(ends.outputs.size(), most_ends));
  return ends;
}

/// The operators between two tensors; none if they cannot run by themselves.
std::vector<int> closed_segment(const ir::Graph& graph, ir::TensorId input, ir::TensorId output) {
  try {
    return segment_between(graph, input, output);
  } catch (const Error&) {
    return {};
  }
}

bool is_patchable(const ir::Graph& graph, ir::TensorId input, ir::TensorId output) {
  if (graph.tensor(input).shape.size() != 4) return false;
  const std::vector<int> ops = closed_segment(graph, input, output);
  return ops.size() > 1 && std::ranges::all_of(ops, [&](int op) {
           return passes::works_by_regions(graph, graph.ops[static_cast<std::size_t>(op)]);
         });
}

}  // namespace

std::vector<PatchStage> promising_stages(const ir::Graph& graph, const Plan& plan) {
  struct Candidate {
    PatchStage stage;
    std::int64_t bytes = 0;
    std::int64_t macs = 0;
  };
  std::vector<Candidate> candidates;
  const Ends ends = ends_around(graph, ops_at_peak(plan));
  for (const ir::TensorId input : ends.inputs)
    for (const ir::TensorId output : ends.outputs) {
      const std::int64_t resident = graph.tensor(input).bytes() + graph.tensor(output).bytes();
      if (resident >= plan.arena_bytes || !is_patchable(graph, input, output)) continue;
      for (const PatchGrid grid : grids) {
        const ir::Region all = ir::whole(graph.tensor(output));
        if (all.rows.end < 2 * grid.rows || all.columns.end < 2 * grid.columns) continue;
        const PatchGeometry geometry = patch_geometry(graph, input, output, grid, {});
        const std::int64_t bytes = geometry.peak_bytes + graph.tensor(input).bytes();
        candidates.push_back({{grid, input, output}, bytes, geometry.macs_executed - geometry.macs_model});
      }
    }
  std::ranges::stable_sort(candidates, {}, [](const Candidate& c) { return std::tuple(c.bytes, c.macs); });
  std::vector<PatchStage> stages;
  for (const Candidate& candidate : candidates) stages.push_back(candidate.stage);
  return stages;
}

}  // namespace thimble::plan
