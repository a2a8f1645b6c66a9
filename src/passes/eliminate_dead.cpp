#include <algorithm>
#include <vector>

#include "base/index.h"
#include "passes/rewrites.h"
#include "passes/uses.h"

namespace thimble::passes {

void eliminate_dead(ir::Graph& graph) {
  std::vector<int> uses = use_counts(graph);
  std::vector<bool> dead(graph.ops.size(), false);
  for (std::size_t i = graph.ops.size(); i-- > 0;) {
    const ir::Op& op = graph.ops[i];
    dead[i] =
        std::all_of(op.outputs.begin(), op.outputs.end(), [&](ir::TensorId id) { return uses[to_index(id)] == 0; });
    if (!dead[i]) continue;
    for (const ir::TensorId id : op.inputs) {
      if (id != ir::no_tensor) --uses[to_index(id)];
    }
  }
  remove_ops(graph, dead);
}

}  // namespace thimble::passes
