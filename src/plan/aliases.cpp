// plan/aliases.cpp
#include "plan/aliases.h"

#include <algorithm>
#include <numeric>
#include <variant>

#include "base/index.h"
#include "ir/partial_sums.h"
#include "ir/slice_region.h"
#include "plan/plan.h"

namespace thimble::plan {
namespace {

/// The inputs that a kernel that works in place may write over: either one of an element-wise pair, the sums
/// that a convolution adds to.
std::span<const ir::TensorId> inputs_to_overwrite(const ir::Op& op) {
  const bool is_binary = std::holds_alternative<ir::Add>(op.kind) || std::holds_alternative<ir::Sub>(op.kind) ||
                         std::holds_alternative<ir::Mul>(op.kind);
  const std::span inputs(op.inputs);
  if (ir::takes_sums(op)) return inputs.subspan(ir::sums_input);
  return inputs.first(std::min<std::size_t>(is_binary ? 2 : 1, inputs.size()));
}

bool same_elements(const ir::Tensor& a, const ir::Tensor& b) {
  return a.elements() == b.elements() && a.bytes() == b.bytes();
}

/// Which concatenations join parts in their place: of images, along rows or columns, and each part is read by nothing
/// else and computed by a slice, whose kernel can write rows that lie apart, or by such a concatenation.
std::vector<bool> joins_in_place(const ir::Graph& graph) {
  std::vector<int> readers(graph.tensors.size(), 0);
  std::vector<bool> is_part(graph.tensors.size(), false);
  for (const ir::Op& op : graph.ops)
    for (const ir::TensorId id : op.inputs)
      if (id != ir::no_tensor) ++readers[to_index(id)];
  for (const ir::TensorId id : graph.outputs) ++readers[to_index(id)];
  std::vector<bool> joins(graph.ops.size(), false);
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    const ir::Op& op = graph.ops[i];
    const ir::TensorId output = op.outputs.at(0);
    if (ir::sliced_region(graph, op)) is_part[to_index(output)] = true;
    const auto* concat = std::get_if<ir::Concat>(&op.kind);
    if (concat == nullptr || (concat->axis != 1 && concat->axis != 2) || !is_image(graph.tensor(output))) continue;
    joins[i] = std::ranges::all_of(
        op.inputs, [&](ir::TensorId id) { return is_part[to_index(id)] && readers[to_index(id)] == 1; });
    if (joins[i]) is_part[to_index(output)] = true;
  }
  return joins;
}

bool is_depthwise(const ir::Op& op) { return std::holds_alternative<ir::DepthwiseConv2D>(op.kind); }

/// Whether nothing needs the bytes of a holder after `stage` reads them.
bool dies_in(const Lifetime& lifetime, int stage) {
  return lifetime.exists() && lifetime.last == stage && !lifetime.kept;
}

/// The holder of the input that an element-wise `op` may write its output over in `stage`, or no_tensor.
ir::TensorId dying_input(const ir::Graph& graph, const ir::Op& op, int stage, const Holders& holders,
                         std::span<const Lifetime> lifetimes) {
  for (const ir::TensorId input : inputs_to_overwrite(op)) {
    if (input == ir::no_tensor || !same_elements(graph.tensor(input), graph.tensor(op.outputs.at(0)))) continue;
    const ir::TensorId holder = holders[to_index(input)];
    if (dies_in(lifetimes[to_index(holder)], stage)) return holder;
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
      holders[to_index(op.outputs.at(0))] = holders[to_index(op.inputs[0])];
  const std::vector<bool> joins = joins_in_place(graph);
  for (std::size_t i = graph.ops.size(); i-- > 0;)
    if (joins[i])
      for (const ir::TensorId part : graph.ops[i].inputs)
        holders[to_index(part)] = holders[to_index(graph.ops[i].outputs[0])];
  return holders;
}

std::vector<ViewPlace> view_places(const ir::Graph& graph, const Holders& holders) {
  std::vector<ViewPlace> places;
  for (const ir::Tensor& tensor : graph.tensors) places.push_back({0, row_bytes_of(tensor)});
  for (std::size_t i = graph.ops.size(); i-- > 0;) {
    const ir::Op& op = graph.ops[i];
    const auto* concat = std::get_if<ir::Concat>(&op.kind);
    if (concat == nullptr || !is_view(op, holders)) continue;
    ViewPlace next = places[to_index(op.outputs[0])];
    for (const ir::TensorId part : op.inputs) {
      places[to_index(part)] = next;
      next.offset +=
          concat->axis == 1 ? rows_of(graph.tensor(part)) * next.row_bytes : row_bytes_of(graph.tensor(part));
    }
  }
  return places;
}

bool is_joined(const ir::Graph& graph, std::span<const ir::TensorId> holders, ir::TensorId id) {
  bool joins = false;
  for (const ir::Op& op : graph.ops) {
    if (std::holds_alternative<ir::Reshape>(op.kind) && holders[to_index(op.outputs.at(0))] == id) return false;
    if (std::holds_alternative<ir::Concat>(op.kind) && op.outputs.at(0) == id)
      joins = holders[to_index(op.inputs.at(0))] == id;
  }
  return joins && holders[to_index(id)] == id;
}

bool is_view(const ir::Op& op, const Holders& holders) {
  const ir::TensorId holder = holders[to_index(op.outputs.at(0))];
  if (std::holds_alternative<ir::Concat>(op.kind)) return holders[to_index(op.inputs.at(0))] == holder;
  return std::holds_alternative<ir::Reshape>(op.kind) && holder != op.outputs[0];
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
    Lifetime& joined = lifetimes[to_index(input)];
    joined.last = lifetimes[to_index(output)].last;
    joined.kept = lifetimes[to_index(output)].kept;
    lifetimes[to_index(output)] = {};
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
    const ir::TensorId input = holders[to_index(op.inputs.at(0))];
    if (dies_in(lifetimes[to_index(input)], static_cast<int>(stage)))
      places[to_index(holders[to_index(op.outputs.at(0))])] = input;
  }
  return places;
}

}  // namespace thimble::plan
