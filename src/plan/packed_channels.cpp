#include "plan/packed_channels.h"

#include <algorithm>
#include <vector>

#include "target/conv_channels.h"
#include "target/convolution.h"

namespace thimble::plan {
namespace {

/// The steps that are SIMD convolutions.
std::vector<Step*> simd_convolutions(const ir::Graph& graph, Plan& plan) {
  std::vector<Step*> found;
  for (Stage& stage : plan.stages)
    for (Step& step : stage.steps)
      if (step.op >= 0 && step.kernel.folder == "dsp" &&
          target::convolution_of(graph, graph.ops[static_cast<std::size_t>(step.op)]))
        found.push_back(&step);
  return found;
}

bool packs(const ir::Graph& graph, const Step& step) {
  auto channels = target::conv_channels(graph, graph.ops[static_cast<std::size_t>(step.op)]);
  target::take_outliers(channels);
  return std::ranges::all_of(channels, &target::ConvChannel::packs);
}

}  // namespace

void pack_channels(const ir::Graph& graph, Plan& plan) {
  const std::vector<Step*> steps = simd_convolutions(graph, plan);
  if (!std::ranges::all_of(steps, [&](const Step* step) { return packs(graph, *step); })) return;
  for (Step* step : steps) step->kernel.packed_channels = true;
}

}  // namespace thimble::plan
