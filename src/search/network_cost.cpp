#include "search/network_cost.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <utility>

#include "base/error.h"
#include "search/layer_memory.h"
#include "search/patch_memory.h"
#include "search/quick_peak.h"
#include "search/row_network.h"

namespace thimble::search {

namespace {

constexpr std::array<std::pair<Planner, std::string_view>, 4> planners{
    {{Planner::tflm, "tflm"}, {Planner::tinyengine, "tinyengine"}, {Planner::patch, "patch"}, {Planner::full, "full"}}};

/// Code and tables beside the weights, an upper bound of what linked firmwares have (docs/search.md): so much for each
/// channel's requantization, each call, each kernel, and at all.
constexpr std::int64_t bytes_a_channel = 8;
constexpr std::int64_t bytes_an_operator = 150;
constexpr std::int64_t bytes_a_kernel = 2200;
constexpr std::int64_t other_bytes = 2048;

std::int64_t flash_of(const RowNetwork& network) {
  std::int64_t bytes = other_bytes + bytes_an_operator * network.size();
  std::bitset<256> kernels;
  for (const RowOp& op : network.ops) {
    bytes += op.cost->constant_bytes + bytes_a_channel * op.cost->channels;
    kernels.set(static_cast<std::size_t>(op.cost->kernel) % kernels.size());
  }
  return bytes + bytes_a_kernel * static_cast<std::int64_t>(kernels.count());
}

double layer_cycles(const RowNetwork& network) {
  double cycles = 0;
  for (const RowOp& op : network.ops) cycles += op.cost->cycles;
  return cycles;
}

/// Whether no plan can make a network fit: planning adds to cycles and to nothing else.
bool exceeds_limits(const NetworkCost& cost, const CostOptions& options) {
  return (options.flash_limit > 0 && cost.flash_bytes > options.flash_limit) ||
         (options.macs_limit > 0 && cost.macs > options.macs_limit) ||
         (options.cycles_limit > 0 && cost.cycles > options.cycles_limit);
}

std::int64_t peak_of(const RowNetwork& network, LayerCounting counting) {
  return std::ranges::max(layer_bytes(network, counting));
}

void plan_patches(const RowNetwork& network, const CostOptions& options, NetworkCost& cost) {
  const PatchSchedule schedule = best_patches(network, 4, options.sram_limit);
  cost.sram_bytes = schedule.bytes;
  cost.executed_macs = schedule.executed_macs;
  cost.patch_grid = schedule.grid;
  cost.patch_split = schedule.split;
  if (cost.macs > 0) cost.cycles *= static_cast<double>(cost.executed_macs) / static_cast<double>(cost.macs);
}

void plan_fully(const RowNetwork& network, const CostOptions& options, NetworkCost& cost) {
  cost.sram_bytes = peak_of(network, LayerCounting::overlapping);
  if (options.sram_limit > 0 && cost.sram_bytes <= options.sram_limit) return;
  const QuickPeak peak = quick_peak(network, options.input_by_rows, options.sram_limit);
  if (peak.bytes >= cost.sram_bytes) return;
  cost.sram_bytes = peak.bytes;
  for (const QuickSegment& segment : peak.segments) {
    if (!segment.streamed) continue;
    ++cost.streams;
    for (int op = segment.first; op < segment.end; ++op)
      cost.cycles += network.op(op).cost->row_cycles - network.op(op).cost->cycles;
  }
}

}  // namespace

std::string_view name_of(Planner planner) {
  return std::ranges::find(planners, planner, &decltype(planners)::value_type::first)->second;
}

Planner planner_of(std::string_view name) {
  const auto found = std::ranges::find(planners, name, &decltype(planners)::value_type::second);
  if (found == planners.end()) fail("no planner is called \"{}\"; there are tflm, tinyengine, patch and full", name);
  return found->first;
}

NetworkCost cost_of(std::span<const ir::NetLayer> layers, LayerTable& table, const CostOptions& options) {
  const RowNetwork network = row_network(layers, table);
  NetworkCost cost;
  cost.flash_bytes = flash_of(network);
  cost.macs = macs_of(network);
  cost.executed_macs = cost.macs;
  cost.cycles = layer_cycles(network);
  switch (exceeds_limits(cost, options) ? Planner::tflm : options.planner) {
    case Planner::tflm:
      cost.sram_bytes = peak_of(network, LayerCounting::apart);
      break;
    case Planner::tinyengine:
      cost.sram_bytes = peak_of(network, LayerCounting::in_place_depthwise);
      break;
    case Planner::patch:
      plan_patches(network, options, cost);
      break;
    case Planner::full:
      plan_fully(network, options, cost);
      break;
  }
  return cost;
}

}  // namespace thimble::search
