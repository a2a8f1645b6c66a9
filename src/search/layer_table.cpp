#include "search/layer_table.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "cost/cost.h"
#include "search/planning_graph.h"
#include "target/kernel_choice.h"
#include "target/kernel_variants.h"

namespace thimble::search {

namespace {

/// Of a function of one byte, such as hard-swish.
constexpr std::int64_t table_bytes = 256;

/// The shape of a layer as one number: sizes and channels below 2^16, of which ours are far.
std::uint64_t key_of(const ir::NetLayer& layer) {
  std::uint64_t key = static_cast<std::uint64_t>(layer.kind);
  const auto add = [&key](int value, int bits) { key = (key << bits) | static_cast<std::uint64_t>(value); };
  add(layer.in_size, 10);
  add(layer.in_channels, 15);
  add(layer.out_channels, 15);
  add(layer.kernel_size, 10);
  add(std::min(layer.stride, 15), 4);
  add(layer.padding, 4);
  return key;
}

double time_of(const cost::CostTable& table, const ir::Graph& graph, const ir::Op& op,
               const target::KernelChoice& kernel, cost::RowSpan rows = {}) {
  if (!table.knows(kernel.kernel)) return 0;
  const cost::Cost cost = cost::cost_of(table, graph, op, kernel, rows);
  return table.has_cycles() ? cost.cycles : cost.instructions;
}

/// All rows, one call each. Rows in the middle cost the same: only those whose window reaches over a border differ.
double time_by_rows(const cost::CostTable& table, const ir::Graph& graph, const ir::Op& op,
                    const target::KernelChoice& kernel, int rows, int border) {
  double sum = 0;
  for (int row = 0; row < rows; ++row) {
    const bool is_middle = row > border && row < rows - border - 1;
    const int alike = is_middle ? rows - border - 1 - row : 1;
    sum += alike * time_of(table, graph, op, kernel, {row, 1});
    row += alike - 1;
  }
  return sum;
}

}  // namespace

const LayerCost& LayerTable::of(const ir::NetLayer& layer) {
  const std::uint64_t key = key_of(layer);
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = costs_.find(key); found != costs_.end()) return *found->second;
  }
  auto measured = std::make_unique<LayerCost>(measure(layer));
  const std::unique_lock lock(mutex_);
  return *costs_.try_emplace(key, std::move(measured)).first->second;
}

LayerCost LayerTable::measure(const ir::NetLayer& layer) const {
  const ir::Graph graph = layer_graph(layer);
  const cost::CostTable& table = cost::cost_table(core_);
  LayerCost cost;
  for (const ir::Tensor& tensor : graph.tensors)
    if (tensor.is_constant()) cost.constant_bytes += tensor.bytes();
  if (layer.kind == ir::LayerKind::hard_swish) cost.constant_bytes += table_bytes;
  for (const ir::Op& op : graph.ops) {
    const auto candidates = target::kernel_candidates(graph, op, core_);
    const target::KernelChoice& whole = candidates.front();
    const target::KernelChoice by_rows = target::choose_row_kernel(graph, op, core_, {}, whole);
    cost.scratch_bytes = std::max(cost.scratch_bytes, whole.scratch_bytes);
    cost.row_scratch_bytes = std::max(cost.row_scratch_bytes, by_rows.scratch_bytes);
    cost.in_place = whole.in_place;
    cost.row_in_place = by_rows.in_place && by_rows.driver != "thimble_dwconv_rows";
    cost.sums_rows = by_rows.accumulates;
    cost.cycles += time_of(table, graph, op, whole);
    cost.row_cycles += time_by_rows(table, graph, op, by_rows, by_rows.accumulates ? layer.in_size : layer.out_size,
                                    by_rows.accumulates ? 0 : layer.padding);
    cost.kernel =
        static_cast<int>(std::ranges::find(target::all_kernels(), whole.kernel, &target::KernelVariant::name) -
                         target::all_kernels().begin());
  }
  if (layer.has_weights()) cost.channels = layer.out_channels;
  return cost;
}

}  // namespace thimble::search
