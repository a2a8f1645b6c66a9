#include "cost/cost.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "ir/tiled_block.h"

namespace thimble::cost {

namespace {

/// The cost of a loop by name: nearly always it is where it was when the table was read.
const LoopCost& cost_of_loop(const std::vector<LoopCost>& loops, std::size_t place, std::string_view name,
                             std::string_view kernel) {
  if (place < loops.size() && loops[place].loop == name) return loops[place];
  const auto found = std::ranges::find(loops, name, &LoopCost::loop);
  if (found == loops.end()) fail("cost: the table has no \"{}\" of kernel \"{}\"", name, kernel);
  return *found;
}

/// A block in tiles: each layer as often as the tiles and their rows ask for it. Its driver is not counted.
Cost cost_of_tiles(const CostTable& table, const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel,
                   RowSpan rows) {
  const auto& block = std::get<ir::TiledBlock>(op.kind);
  const ir::Shape& out = graph.tensor(op.outputs.at(0)).shape;
  const int end = rows.count < 0 ? out.at(1) : std::min(out.at(1), rows.first + rows.count);
  const double tiles = static_cast<double>(out.at(2)) / std::min(block.columns, out.at(2));
  double bands = 0;
  double expanded = 0;
  for (int row = rows.first; row < end; row = ir::band_of(graph, op, row).end, ++bands) {
    const ir::Band band = ir::band_of(graph, op, row);
    expanded += band.in_end - band.new_first;
  }
  const ir::Graph tile = ir::tile_graph(graph, op);
  const double columns = tile.tensor(tile.ops[0].outputs[0]).shape.at(2);
  const double new_columns = graph.tensor(block.expanded).shape.at(2) / tiles;
  const std::array times{expanded * tiles * std::min(1.0, new_columns / columns), bands * tiles,
                         (end - rows.first) * tiles};
  Cost sum;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const Cost once = cost_of(table, tile, tile.ops[i], kernel.layers.at(i));
    sum.instructions += times[i] * once.instructions;
    sum.cycles += times[i] * once.cycles;
  }
  return sum;
}

}  // namespace

Cost cost_of(const CostTable& table, const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel,
             RowSpan rows) {
  if (!kernel.layers.empty()) return cost_of_tiles(table, graph, op, kernel, rows);
  const auto known = table.kernels.find(kernel.kernel);
  if (known == table.kernels.end()) {
    throw Error(fmt::format("no cost is known of kernel \"{}\" on {}", kernel.kernel, table.core),
                fmt::format("`thimble fit --core {}` measures it", table.core));
  }
  const Loops loops = loops_of(graph, op, kernel, rows);
  Cost sum;
  for (std::size_t i = 0; i < loops.size(); ++i) {
    const Cost& each = cost_of_loop(known->second.loops, i, loops[i].name, kernel.kernel).each;
    sum.instructions += loops[i].times * each.instructions;
    sum.cycles += loops[i].times * each.cycles;
  }
  return sum;
}

bool is_known(const CostTable& table, const target::KernelChoice& kernel) {
  if (kernel.layers.empty()) return table.knows(kernel.kernel);
  return std::ranges::all_of(kernel.layers, [&](const auto& layer) { return is_known(table, layer); });
}

}  // namespace thimble::cost
