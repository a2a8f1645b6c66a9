#include <algorithm>
#include <array>
#include <vector>

#include "passes/rewrites.h"
#include "passes/uses.h"

namespace thimble::passes {

namespace {

/// Whether a permutation leaves the order of all dimensions larger than 1 as it is, and so the bytes.
bool keeps_bytes(const ir::Transpose& transpose, const ir::Shape& shape) {
  std::vector<int> moved;
  std::copy_if(transpose.permutation.begin(), transpose.permutation.end(), std::back_inserter(moved),
               [&](int d) { return shape.at(static_cast<std::size_t>(d)) != 1; });
  return std::is_sorted(moved.begin(), moved.end());
}

bool is_identity(const ir::Graph& graph, const ir::Op& op) {
  const ir::Tensor& in = graph.tensor(op.inputs.at(0));
  const ir::Tensor& out = graph.tensor(op.outputs.at(0));
  if (in.type != out.type || in.shape != out.shape || in.quantization != out.quantization) return false;
  return std::visit(ir::Overloaded{
                        [](const ir::Pad& pad) {
                          return std::all_of(pad.amounts.begin(), pad.amounts.end(), [](const auto& amount) {
                            return amount == std::array{0, 0};
                          });
                        },
                        [](const ir::Reshape&) { return true; },
                        [&](const ir::Quantize&) { return out.quantization && out.quantization->scale.size() == 1; },
                        [](const auto&) { return false; },
                    },
                    op.kind);
}

/// Takes `op`, which copies, out of the graph's data flow. False where its copy is what the graph promises: an output
/// that is also an input, a constant or another output.
bool bypass(ir::Graph& graph, const ir::Op& op) {
  const ir::TensorId in = op.inputs.at(0);
  const ir::TensorId out = op.outputs.at(0);
  if (!is_graph_output(graph, out)) {
    redirect_readers(graph, out, in);
    return true;
  }
  ir::Op* source = producer(graph, in);
  if (!source || is_graph_output(graph, in)) return false;
  source->outputs.at(0) = out;
  redirect_readers(graph, in, out);
  return true;
}

}  // namespace

void remove_identity(ir::Graph& graph) {
  std::vector<bool> removed(graph.ops.size(), false);
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    ir::Op& op = graph.ops[i];
    if (const auto* transpose = std::get_if<ir::Transpose>(&op.kind)) {
      if (keeps_bytes(*transpose, graph.tensor(op.inputs.at(0)).shape)) op.kind = ir::Reshape{};
    }
    removed[i] = is_identity(graph, op) && bypass(graph, op);
  }
  remove_ops(graph, removed);
}

}  // namespace thimble::passes
