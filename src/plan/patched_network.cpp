// plan/patched_network.cpp
#include "plan/patched_network.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "plan/working_set.h"

namespace thimble::plan {
namespace {

ir::TensorId only_input(const ir::Graph& graph) {
  if (graph.inputs.size() != 1) fail("{}: has {} inputs; patches need one", graph.name, graph.inputs.size());
  return graph.inputs[0];
}

std::int64_t peak_of(const ir::Graph& graph, const std::vector<int>& ops, const std::vector<std::int64_t>& bytes,
                     Counting counting) {
  const std::vector<std::int64_t> sets = working_sets(graph, ops, bytes, counting);
  return sets.empty() ? 0 : *std::ranges::max_element(sets);
}

double excess(std::int64_t executed, std::int64_t model) {
  return model == 0 ? 0 : static_cast<double>(executed) / static_cast<double>(model) - 1;
}

}  // namespace

double PatchedNetwork::stage_overhead() const { return excess(stage.macs_executed, stage.macs_model); }

double PatchedNetwork::overhead() const { return excess(macs_executed, macs_model); }

std::int64_t PatchedNetwork::peak_bytes(InputMemory memory) const {
  switch (memory) {
    case InputMemory::patch:
      return std::max(stage.peak_bytes_with_input, rest_peak_bytes);
    case InputMemory::resident:
      return std::max(stage.peak_bytes + input_bytes, rest_peak_bytes);
    case InputMemory::excluded:
      break;
  }
  return std::max(stage.peak_bytes, rest_peak_bytes);
}

PatchedNetwork patched_network(const ir::Graph& graph, ir::TensorId output, PatchGrid grid,
                               const PatchConvention& convention) {
  const ir::TensorId input = only_input(graph);
  PatchedNetwork network{patch_geometry(graph, input, output, grid, convention)};
  network.input_bytes = graph.tensor(input).bytes();
  network.macs_model = ir::macs_of(graph);
  network.macs_executed = network.macs_model - network.stage.macs_model + network.stage.macs_executed;
  const std::vector<int> stage = segment_between(graph, input, output);
  std::vector<int> rest;
  for (int op = 0; op < static_cast<int>(graph.ops.size()); ++op) {
    if (!std::ranges::binary_search(stage, op)) rest.push_back(op);
  }
  network.rest_peak_bytes = peak_of(graph, rest, whole_bytes(graph), convention.counting);
  return network;
}

std::vector<PatchedNetwork> patch_front(const ir::Graph& graph, PatchGrid grid, const PatchConvention& convention,
                                        InputMemory memory) {
  std::vector<PatchedNetwork> all;
  for (const ir::TensorId cut : cut_tensors(graph)) {
    const ir::Region region = ir::whole(graph.tensor(cut));
    if (region.rows.end < grid.rows || region.columns.end < grid.columns) continue;
    all.push_back(patched_network(graph, cut, grid, convention));
  }
  if (all.empty()) fail("{}: no layer's output can be cut into {} x {} patches", graph.name, grid.rows, grid.columns);
  std::ranges::stable_sort(all, {}, [memory](const PatchedNetwork& network) {
    return std::pair(network.peak_bytes(memory), network.macs_executed);
  });
  std::vector<PatchedNetwork> front;
  for (PatchedNetwork& network : all) {
    if (front.empty() || network.macs_executed < front.back().macs_executed) front.push_back(std::move(network));
  }
  return front;
}

std::int64_t layerwise_peak_bytes(const ir::Graph& graph, Counting counting, InputMemory memory) {
  std::vector<int> all(graph.ops.size());
  std::iota(all.begin(), all.end(), 0);
  std::vector<std::int64_t> bytes = whole_bytes(graph);
  if (memory == InputMemory::excluded) bytes[static_cast<std::size_t>(only_input(graph))] = 0;
  return peak_of(graph, all, bytes, counting);
}

}  // namespace thimble::plan
