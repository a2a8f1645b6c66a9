#include "plan/kernel_selection.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cost/cost.h"

namespace thimble::plan {
namespace {

/// A variant that needs fewer cycles than the default, for more flash.
struct Upgrade {
  int op = 0;
  target::KernelChoice kernel;
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
    upgrades.push_back({op, larger, bytes, saved});
    upgrades.back().kernel.reason +=
        fmt::format(": {:.0f} {} saved for {} bytes", saved, table.has_cycles() ? "cycles" : "instructions", bytes);
  }
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
  std::ranges::stable_sort(upgrades, saves_more_a_byte);
  for (Upgrade& upgrade : upgrades) {
    if (upgrade.bytes > extra_flash) continue;
    extra_flash -= upgrade.bytes;
    selected[static_cast<std::size_t>(upgrade.op)] = std::move(upgrade.kernel);
  }
  return selected;
}

}  // namespace thimble::plan
