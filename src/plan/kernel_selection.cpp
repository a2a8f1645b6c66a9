#include "plan/kernel_selection.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "cost/cost.h"

namespace thimble::plan {
namespace {

/// A variant that needs fewer cycles than the default, for more flash. Operators that share their weights, such as
/// those of patches, are upgraded together: the weights are there once.
struct Upgrade {
  struct Layer {
    int op = 0;
    target::KernelChoice kernel;
  };
  std::vector<Layer> layers;
  std::int64_t bytes = 0;
  double cycles_saved = 0;
};

/// Cycles where the table has them, else instructions: then it cannot tell that only these become fewer.
double time_of(const cost::CostTable& table, const ir::Graph& graph, const ir::Op& op,
               const target::KernelChoice& kernel) {
  const cost::Cost cost = cost::cost_of(table, graph, op, kernel);
  return table.has_cycles() ? cost.cycles : cost.instructions;
}

void add_upgrades(const cost::CostTable& table, const ir::Graph& graph, int op,
                  std::span<const target::KernelChoice> candidates, std::vector<Upgrade>& upgrades) {
  const ir::Op& layer = graph.ops[static_cast<std::size_t>(op)];
  const target::KernelChoice& standard = candidates.front();
  for (const target::KernelChoice& larger : candidates.subspan(1)) {
    if (!table.knows(standard.kernel) || !table.knows(larger.kernel)) continue;
    const double saved = time_of(table, graph, layer, standard) - time_of(table, graph, layer, larger);
    const std::int64_t bytes = larger.weight_bytes - standard.weight_bytes;
    if (saved < 1 || bytes <= 0) continue;
    upgrades.push_back({{{op, larger}}, bytes, saved});
    upgrades.back().layers[0].kernel.reason +=
        fmt::format(": {:.0f} {} saved for {} bytes", saved, table.has_cycles() ? "cycles" : "instructions", bytes);
  }
}

/// The constant that the bytes of an upgrade are.
ir::TensorId weights_of(const ir::Graph& graph, int op) { return graph.ops[static_cast<std::size_t>(op)].inputs.at(1); }

/// Joins the upgrades of operators that share their weights, and drops those that not all of them have.
std::vector<Upgrade> joined(const ir::Graph& graph, std::span<const int> ops, std::vector<Upgrade> upgrades) {
  std::map<ir::TensorId, std::size_t> readers;
  for (const int op : ops)
    if (graph.ops[static_cast<std::size_t>(op)].inputs.size() > 1) ++readers[weights_of(graph, op)];
  std::map<std::pair<ir::TensorId, std::string>, std::size_t> known;
  std::vector<Upgrade> together;
  for (Upgrade& upgrade : upgrades) {
    const Upgrade::Layer& layer = upgrade.layers[0];
    const auto [found, is_new] =
        known.try_emplace({weights_of(graph, layer.op), layer.kernel.weight_layout}, together.size());
    if (is_new) {
      together.push_back(std::move(upgrade));
    } else {
      together[found->second].layers.push_back(layer);
      together[found->second].cycles_saved += upgrade.cycles_saved;
    }
  }
  std::erase_if(together, [&](const Upgrade& upgrade) {
    return upgrade.layers.size() < readers.at(weights_of(graph, upgrade.layers[0].op));
  });
  return together;
}

bool saves_more_a_byte(const Upgrade& a, const Upgrade& b) {
  return a.cycles_saved * static_cast<double>(b.bytes) > b.cycles_saved * static_cast<double>(a.bytes);
}

}  // namespace

std::string_view name_of(Optimize optimize) {
  switch (optimize) {
    case Optimize::balanced:
      return "balanced";
    case Optimize::speed:
      return "speed";
    case Optimize::size:
      return "size";
  }
  return "";
}

std::vector<target::KernelChoice> select_kernels(const ir::Graph& graph, std::span<const int> ops,
                                                 const target::Core& core, const target::KernelOptions& options,
                                                 std::int64_t extra_flash) {
  std::vector<target::KernelChoice> selected(graph.ops.size());
  std::vector<Upgrade> upgrades;
  for (const int op : ops) {
    const auto index = static_cast<std::size_t>(op);
    auto candidates = target::kernel_candidates(graph, graph.ops[index], core, options);
    if (candidates.size() > 1 && extra_flash > 0) {
      add_upgrades(cost::cost_table(core), graph, op, candidates, upgrades);
    }
    selected[index] = std::move(candidates.front());
  }
  upgrades = joined(graph, ops, std::move(upgrades));
  std::ranges::stable_sort(upgrades, saves_more_a_byte);
  for (Upgrade& upgrade : upgrades) {
    if (upgrade.bytes > extra_flash) continue;
    extra_flash -= upgrade.bytes;
    for (Upgrade::Layer& layer : upgrade.layers) selected[static_cast<std::size_t>(layer.op)] = std::move(layer.kernel);
  }
  return selected;
}

}  // namespace thimble::plan
