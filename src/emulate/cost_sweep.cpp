#include "emulate/cost_sweep.h"

#include <algorithm>
#include <array>
#include <iterator>
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

int input_rows(const ir::Graph& graph) { return plan::rows_of(graph.tensor(graph.ops[0].inputs[0])); }

/// The kernels of a sample's graph: its own, and for other operators the default ones.
std::vector<target::KernelChoice> kernels_of(const SweepSample& sample, const target::Core& core) {
  std::vector<target::KernelChoice> kernels;
  for (const ir::Op& op : sample.graph.ops) kernels.push_back(target::choose_kernel(sample.graph, op, core));
  kernels[static_cast<std::size_t>(sample.op)] = sample.kernel;
  return kernels;
}

/// Each lets other variants run.
const std::array<target::KernelOptions, 4> kernel_options{
    {{}, {.many_rows = false}, {.lean = true}, {.dsp = false}}};

/// A part of the rows of a kernel that accumulates, another one for each sample: else what it does once, each call, and
/// each row could not be told apart.
int rows_a_call(const ir::Graph& graph, std::size_t sample) {
  const int rows = input_rows(graph);
  int part = static_cast<int>(sample % 3) + 1;
  while (rows % part != 0) --part;
  return sample % 4 == 3 ? rows : part;
}

/// Has the steps of kernels that accumulate take some rows of their input at a time. `parts`, by operator.
void take_parts(const ir::Graph& graph, std::span<const int> parts, plan::Plan& plan) {
  for (plan::Stage& stage : plan.stages) {
    plan::Step& step = stage.steps.at(0);
    if (!step.kernel.accumulates) continue;
    const int part = parts[static_cast<std::size_t>(step.op)];
    const ir::Op& op = graph.ops[static_cast<std::size_t>(step.op)];
    stage.iterations = plan::rows_of(graph.tensor(op.inputs[0])) / part;
    step.rows = {0, part, part};
  }
}

std::vector<cost::Cost> count_firmware(std::span<const SweepSample> samples, const target::Board& board) {
  std::vector<ir::Graph> graphs;
  std::vector<target::KernelChoice> kernels;
  std::vector<int> parts;
  std::vector<std::size_t> swept;
  for (const SweepSample& sample : samples) {
    swept.push_back(kernels.size() + static_cast<std::size_t>(sample.op));
    graphs.push_back(sample.graph);
    std::ranges::move(kernels_of(sample, board.core), std::back_inserter(kernels));
    parts.resize(kernels.size(), sample.rows_a_call);
  }
  const ir::Graph graph = side_by_side(graphs);
  plan::PlanOptions options;
  options.exact_offsets = false;
  plan::Plan plan = plan::plan_layer_by_layer(graph, kernels, options);
  take_parts(graph, parts, plan);
  const std::vector<cost::Cost> of_all = count_ops(graph, plan, board);
  std::vector<cost::Cost> costs;
  for (const std::size_t op : swept) costs.push_back(of_all.at(op));
  return costs;
}

/// An operator with each kernel that can run it.
void add_samples(std::vector<SweepSample>& samples, const ir::Graph& graph, std::size_t op, const target::Core& core) {
  std::vector<std::string> taken;
  for (const target::KernelOptions& options : kernel_options) {
    for (target::KernelChoice& kernel : target::kernel_candidates(graph, graph.ops[op], core, options)) {
      if (std::ranges::find(taken, kernel.kernel) != taken.end() || !cost::has_loops(kernel.kernel)) continue;
      taken.push_back(kernel.kernel);
      const int part = kernel.accumulates ? rows_a_call(graph, samples.size()) : 0;
      samples.push_back({graph, static_cast<int>(op), std::move(kernel), part});
    }
  }
}

}  // namespace

cost::Loops loops_of(const SweepSample& sample) {
  const ir::Op& op = sample.swept();
  if (sample.rows_a_call == 0) return cost::loops_of(sample.graph, op, sample.kernel);
  cost::Loops sum;
  for (int first = 0; first < input_rows(sample.graph); first += sample.rows_a_call) {
    const cost::Loops call = cost::loops_of(sample.graph, op, sample.kernel, {first, sample.rows_a_call});
    if (sum.empty()) {
      sum = call;
      continue;
    }
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i].times += call[i].times;
  }
  return sum;
}

std::vector<SweepSample> sweep_samples(const target::Core& core) {
  std::vector<SweepSample> samples;
  for (const ir::Graph& graph : sweep_graphs())
    for (std::size_t op = 0; op < graph.ops.size(); ++op) add_samples(samples, graph, op, core);
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
