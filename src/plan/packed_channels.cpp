#include "plan/packed_channels.h"

#include <algorithm>
#include <vector>

#include "ir/tiled_block.h"
#include "target/conv_channels.h"
#include "target/convolution.h"

namespace thimble::plan {
namespace {

struct Convolution {
  ir::Op op;
  target::KernelChoice* kernel = nullptr;
};

/// The steps that are SIMD convolutions, and layers of steps.
std::vector<Convolution> simd_convolutions(const ir::Graph& graph, Plan& plan) {
  std::vector<Convolution> found;
  const auto add = [&](const ir::Op& op, target::KernelChoice& kernel) {
    if (kernel.folder == "dsp" && target::convolution_of(graph, op)) found.push_back({op, &kernel});
  };
  for (Stage& stage : plan.stages)
    for (Step& step : stage.steps) {
      if (step.op < 0) continue;
      const ir::Op& op = graph.ops[static_cast<std::size_t>(step.op)];
      add(op, step.kernel);
      for (std::size_t i = 0; i < step.kernel.layers.size(); ++i) add(ir::layers_of(op)[i], step.kernel.layers[i]);
    }
  return found;
}

bool packs(const ir::Graph& graph, const ir::Op& op) {
  auto channels = target::conv_channels(graph, op);
  target::take_outliers(channels);
  return std::ranges::all_of(channels, &target::ConvChannel::packs);
}

}  // namespace

void pack_channels(const ir::Graph& graph, Plan& plan) {
  const std::vector<Convolution> convolutions = simd_convolutions(graph, plan);
  if (!std::ranges::all_of(convolutions, [&](const Convolution& c) { return packs(graph, c.op); })) return;
  for (const Convolution& c : convolutions) c.kernel->packed_channels = true;
}

}  // namespace thimble::plan
