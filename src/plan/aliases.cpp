// plan/aliases.cpp
#include "plan/aliases.h"

#include <algorithm>
#include <numeric>
#include <variant>

namespace thimble::plan {
namespace {

std::size_t index_of(ir::TensorId id) { return static_cast<std::size_t>(id); }

/// How many leading inputs a kernel that works in place may write over: either one of an element-wise pair.
std::size_t inputs_to_overwrite(const ir::Op& op) {
  const bool binary = std::holds_alternative<ir::Add>(op.kind) || std::holds_alternative<ir::Sub>(op.kind) ||
                      std::holds_alternative<ir::Mul>(op.kind);
  return binary ? 2 : 1;
}

bool same_elements(const ir::Tensor& a, const ir::Tensor& b) {
  return a.elements() == b.elements() && a.bytes() == b.bytes();
}

bool is_depthwise(const ir::Op& op) { return std::holds_alternative<ir::DepthwiseConv2D>(op.kind); }

/// Whether nothing needs the bytes of a holder after `stage` reads them.
bool dies_in(const Lifetime& lifetime, int stage) {
  return lifetime.exists() && lifetime.last == stage && !lifetime.kept;
}

/// The holder of the input that an element-wise `op` may write its output over in `stage`, or no_tensor.
ir::TensorId dying_input(const ir::Graph& graph, const ir::Op& op, int stage, const Holders& holders,
                         std::span<const Lifetime> lifetimes) {
  const std::size_t candidates = std::min(inputs_to_overwrite(op), op.inputs.size());
  for (std::size_t i = 0; i < candidates; ++i) {
    const ir::TensorId input = op.inputs[i];
    if (input == ir::no_tensor || !same_elements(graph.tensor(input), graph.tensor(op.outputs.at(0)))) continue;
    const ir::TensorId holder = holders[index_of(input)];
    if (dies_in(lifetimes[index_of(holder)], stage)) return holder;
  }
  return ir::no_tensor;
}

}  // namespace

Holders separate_holders(const ir::Graph& graph) {
  Holders holders(graph.tensors.size());
  std::iota(holders.begin(), holders.end(), 0);
  return holders;
}

Holders view_holders(const ir::Graph& graph) {
  Holders holders = separate_holders(graph);
  for (const ir::Op& op : graph.ops)
    if (std::holds_alternative<ir::Reshape>(op.kind) && !graph.tensor(op.inputs.at(0)).is_constant())
      holders[index_of(op.outputs.at(0))] = holders[index_of(op.inputs[0])];
  return holders;
}

bool is_view(const ir::Op& op, const Holders& holders) {
  return std::holds_alternative<ir::Reshape>(op.kind) && holders[index_of(op.outputs.at(0))] != op.outputs[0];
}

void share_in_place(const ir::Graph& graph, std::span<const int> stage_ops,
                    std::span<const target::KernelChoice> kernels, Holders& holders, std::vector<Lifetime>& lifetimes) {
  for (std::size_t stage = 0; stage < stage_ops.size(); ++stage) {
    if (!kernels[stage].in_place) continue;
    const ir::Op& op = graph.ops[static_cast<std::size_t>(stage_ops[stage])];
    if (is_depthwise(op)) continue;
    const ir::TensorId input = dying_input(graph, op, static_cast<int>(stage), holders, lifetimes);
    if (input == ir::no_tensor) continue;
    const ir::TensorId output = op.outputs.at(0);
    Lifetime& joined = lifetimes[index_of(input)];
    joined.last = lifetimes[index_of(output)].last;
    joined.kept = lifetimes[index_of(output)].kept;
    lifetimes[index_of(output)] = {};
    std::replace(holders.begin(), holders.end(), output, input);
  }
}

std::vector<ir::TensorId> places_of_depthwise(const ir::Graph& graph, std::span<const int> stage_ops,
                                              std::span<const target::KernelChoice> kernels, const Holders& holders,
                                              std::span<const Lifetime> lifetimes) {
  std::vector<ir::TensorId> places(graph.tensors.size(), ir::no_tensor);
  for (std::size_t stage = 0; stage < stage_ops.size(); ++stage) {
    const ir::Op& op = graph.ops[static_cast<std::size_t>(stage_ops[stage])];
    if (!kernels[stage].in_place || !is_depthwise(op)) continue;
    const ir::TensorId input = holders[index_of(op.inputs.at(0))];
    if (dies_in(lifetimes[index_of(input)], static_cast<int>(stage)))
      places[index_of(holders[index_of(op.outputs.at(0))])] = input;
  }
  return places;
}

}  // namespace thimble::plan
