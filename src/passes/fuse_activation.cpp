#include <vector>

#include "base/index.h"
#include "passes/rewrites.h"
#include "passes/uses.h"

namespace thimble::passes {

namespace {

/// The activation that an operator applies to its own result before it is stored.
ir::Activation* activation_of(ir::Op& op) {
  return std::visit(ir::Overloaded{
                        [](ir::Conv2D& conv) { return &conv.activation; },
                        [](ir::DepthwiseConv2D& conv) { return &conv.activation; },
                        [](ir::FullyConnected& fc) { return &fc.activation; },
                        [](ir::Add& add) { return &add.activation; },
                        [](ir::Sub& sub) { return &sub.activation; },
                        [](ir::Mul& mul) { return &mul.activation; },
                        [](auto&) -> ir::Activation* { return nullptr; },
                    },
                    op.kind);
}

}  // namespace

void fuse_activation(ir::Graph& graph) {
  const std::vector<int> uses = use_counts(graph);
  std::vector<bool> fused(graph.ops.size(), false);
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    const ir::Op& op = graph.ops[i];
    const auto* clamp = std::get_if<ir::Clamp>(&op.kind);
    if (!clamp || uses[to_index(op.inputs[0])] != 1) continue;
    const ir::Tensor& in = graph.tensor(op.inputs[0]);
    const ir::Tensor& out = graph.tensor(op.outputs[0]);
    if (in.type != out.type || in.shape != out.shape || in.quantization != out.quantization) continue;
    ir::Op* source = producer(graph, op.inputs[0]);
    ir::Activation* activation = source ? activation_of(*source) : nullptr;
    if (!activation || *activation != ir::Activation::none) continue;
    *activation = clamp->activation;
    source->outputs.at(0) = op.outputs[0];
    fused[i] = true;
  }
  remove_ops(graph, fused);
}

}  // namespace thimble::passes
