#include "emulate/cost_sweep.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/progress.h"
#include "cost/loops.h"
#include "emulate/count_ops.h"
#include "emulate/sweep_graphs.h"
#include "plan/segment.h"

namespace thimble::emulate {

namespace {

constexpr std::size_t samples_a_firmware = 200;

std::vector<cost::Cost> count_firmware(std::span<const SweepSample> samples, const target::Board& board) {
  std::vector<ir::Graph> graphs;
  std::vector<target::KernelChoice> kernels;
  for (const SweepSample& sample : samples) {
    graphs.push_back(sample.graph);
    kernels.push_back(sample.kernel);
  }
  const ir::Graph graph = side_by_side(graphs);
  plan::PlanOptions options;
  options.exact_offsets = false;
  return count_ops(graph, plan::plan_layer_by_layer(graph, kernels, options), board);
}

}  // namespace

std::vector<SweepSample> sweep_samples(const target::Core& core) {
  std::vector<SweepSample> samples;
  for (const ir::Graph& graph : sweep_graphs()) {
    std::vector<std::string> taken;
    for (const bool dsp : {true, false}) {
      for (target::KernelChoice& kernel : target::kernel_candidates(graph, graph.ops[0], core, {.dsp = dsp})) {
        if (std::ranges::find(taken, kernel.kernel) != taken.end() || !cost::has_loops(kernel.kernel)) continue;
        taken.push_back(kernel.kernel);
        samples.push_back({graph, std::move(kernel)});
      }
    }
  }
  return samples;
}

std::vector<cost::Cost> count_samples(std::span<const SweepSample> samples, const target::Board& board) {
  std::vector<cost::Cost> costs;
  Progress progress("counting the sweep", static_cast<std::int64_t>(samples.size()));
  while (costs.size() < samples.size()) {
    const std::size_t now = std::min(samples_a_firmware, samples.size() - costs.size());
    for (const cost::Cost& cost : count_firmware(samples.subspan(costs.size(), now), board)) costs.push_back(cost);
    progress.advance(static_cast<std::int64_t>(now));
  }
  return costs;
}

}  // namespace thimble::emulate
