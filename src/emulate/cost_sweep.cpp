#include "emulate/cost_sweep.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "base/error.h"
#include "base/files.h"
#include "base/progress.h"
#include "cost/loops.h"
#include "emulate/firmware.h"
#include "emulate/harness.h"
#include "emulate/sweep_builder.h"
#include "emulate/sweep_graphs.h"
#include "emulate/unicorn.h"
#include "plan/layerwise.h"

namespace thimble::emulate {

namespace {

constexpr std::size_t samples_a_firmware = 200;

/// The graphs side by side in one, operator i being that of sample i.
ir::Graph merged(std::span<const SweepSample> samples) {
  ir::Graph all;
  all.name = "sweep";
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const ir::Graph& one = samples[i].graph;
    const int offset = static_cast<int>(all.tensors.size());
    const auto moved = [offset](std::vector<ir::TensorId> ids) {
      for (ir::TensorId& id : ids) id += id != ir::no_tensor ? offset : 0;
      return ids;
    };
    for (ir::Tensor tensor : one.tensors) {
      tensor.name = fmt::format("sample{}_{}", i, tensor.name);
      all.tensors.push_back(std::move(tensor));
    }
    for (const ir::Op& op : one.ops) all.ops.push_back({op.kind, moved(op.inputs), moved(op.outputs)});
    for (const ir::TensorId id : moved(one.inputs)) all.inputs.push_back(id);
    for (const ir::TensorId id : moved(one.outputs)) all.outputs.push_back(id);
  }
  return all;
}

TensorValues random_inputs(const ir::Graph& graph) {
  Draws draws(2);
  TensorValues values;
  for (const ir::TensorId id : graph.inputs) {
    Bytes bytes(static_cast<std::size_t>(graph.tensor(id).bytes()));
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(draws.between(0, 255));
    values.push_back(std::move(bytes));
  }
  return values;
}

std::vector<cost::Cost> count_firmware(std::span<const SweepSample> samples, const target::Board& board) {
  const ir::Graph graph = merged(samples);
  std::vector<target::KernelChoice> kernels;
  for (const SweepSample& sample : samples) kernels.push_back(sample.kernel);
  plan::PlanOptions options;
  options.exact_offsets = false;
  const plan::Plan plan = plan::plan_layerwise(graph, kernels, options);

  FirmwareOptions firmware;
  firmware.measure = firmware.layers = true;
  const TemporaryFolder folder;
  const std::filesystem::path elf = build_firmware(graph, plan, board, folder.path(), firmware);
  const std::vector<std::byte> inputs = pack_inputs(graph, std::array{random_inputs(graph)}, firmware.harness);
  const UnicornRun run = run_in_unicorn(elf, board, {{"inputs.bin", inputs}});

  std::vector<cost::Cost> costs(samples.size());
  for (const auto& [op, instructions] : run.counts.layers) {
    costs.at(static_cast<std::size_t>(op)).instructions = static_cast<double>(instructions);
  }
  return costs;
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
