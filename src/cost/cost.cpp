#include "cost/cost.h"

#include <algorithm>

#include "base/error.h"

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

}  // namespace

Cost cost_of(const CostTable& table, const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel,
             RowSpan rows) {
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

}  // namespace thimble::cost
