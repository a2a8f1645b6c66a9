#include "ir/partial_sums.h"

#include <algorithm>

namespace thimble::ir {

bool takes_sums(const Op& op) {
  return std::holds_alternative<Conv2D>(op.kind) && op.inputs.size() > sums_input && op.inputs[sums_input] != no_tensor;
}

bool makes_sums(const Graph& graph, const Op& op) {
  return std::holds_alternative<Conv2D>(op.kind) && graph.tensor(op.outputs.at(0)).type == DataType::int32;
}

std::vector<const Op*> chain_to(const Graph& graph, const Op& op) {
  std::vector<const Op*> chain{&op};
  while (takes_sums(*chain.front())) {
    const TensorId sums = chain.front()->inputs[sums_input];
    const auto computes = [&](const Op& other) { return other.outputs.at(0) == sums; };
    const auto before = std::ranges::find_if(graph.ops, computes);
    if (before == graph.ops.end()) return {};
    chain.insert(chain.begin(), &*before);
  }
  return chain;
}

}  // namespace thimble::ir
