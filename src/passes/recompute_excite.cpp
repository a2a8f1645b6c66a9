#include "passes/recompute_excite.h"

#include <algorithm>
#include <utility>

#include "base/index.h"
#include "passes/uses.h"

namespace thimble::passes {
namespace {

constexpr int none = -1;

/// The operator that computes each tensor, or none.
std::vector<int> producers(const ir::Graph& graph) {
  std::vector<int> producer(graph.tensors.size(), none);
  for (std::size_t i = 0; i < graph.ops.size(); ++i)
    for (const ir::TensorId id : graph.ops[i].outputs) producer[to_index(id)] = static_cast<int>(i);
  return producer;
}

bool is_activation(const ir::Graph& graph, ir::TensorId id) {
  return id != ir::no_tensor && !graph.tensor(id).is_constant();
}

/// The only activation that an operator reads, or no_tensor if it reads several.
ir::TensorId only_activation(const ir::Graph& graph, const ir::Op& op) {
  ir::TensorId only = ir::no_tensor;
  for (const ir::TensorId id : op.inputs) {
    if (!is_activation(graph, id)) continue;
    if (only != ir::no_tensor) return ir::no_tensor;
    only = id;
  }
  return only;
}

/// Whether `gate` is computed from `plane`, by the operators before `end`.
bool depends_on(const ir::Graph& graph, ir::TensorId gate, ir::TensorId plane, std::size_t end) {
  std::vector<bool> reached(graph.tensors.size(), false);
  reached[to_index(plane)] = true;
  for (std::size_t i = 0; i < end; ++i)
    if (std::ranges::any_of(graph.ops[i].inputs, [&](ir::TensorId id) { return id >= 0 && reached[to_index(id)]; }))
      for (const ir::TensorId id : graph.ops[i].outputs) reached[to_index(id)] = true;
  return reached[to_index(gate)];
}

/// Whether an operator makes rows out of rows: what a stream needs, and views are none.
bool is_streamable(const ir::Op& op) {
  return std::holds_alternative<ir::Conv2D>(op.kind) || std::holds_alternative<ir::DepthwiseConv2D>(op.kind) ||
         std::holds_alternative<ir::Pool2D>(op.kind) || std::holds_alternative<ir::Pad>(op.kind) ||
         std::holds_alternative<ir::Clamp>(op.kind) || std::holds_alternative<ir::Sigmoid>(op.kind) ||
         std::holds_alternative<ir::HardSwish>(op.kind) || std::holds_alternative<ir::Quantize>(op.kind);
}

/// Goes from the plane upwards to the first smaller tensor. False if there is none.
bool find_source(const ir::Graph& graph, const std::vector<int>& producer, Excitation& excitation) {
  const std::int64_t plane_bytes = graph.tensor(excitation.plane).bytes();
  ir::TensorId at = excitation.plane;
  while (at == excitation.plane || graph.tensor(at).bytes() >= plane_bytes) {
    const int op = producer[to_index(at)];
    if (op == none || !is_streamable(graph.op(op))) return false;
    at = only_activation(graph, graph.op(op));
    if (at == ir::no_tensor) return false;
    excitation.layers.push_back(op);
    excitation.macs += ir::macs_of(graph, graph.op(op));
  }
  std::ranges::reverse(excitation.layers);
  excitation.source = at;
  return true;
}

/// A copy of an activation's description, for a tensor that no model names.
ir::TensorId add_copy(ir::Graph& graph, ir::TensorId of) {
  ir::Tensor tensor = graph.tensor(of);
  tensor.name += " again";
  tensor.source_op = -1;
  return graph.add_tensor(std::move(tensor));
}

/// The layers of an excitation once more, on tensors of their own; the product then reads the last of these.
std::vector<ir::Op> second_pass(ir::Graph& graph, const Excitation& excitation) {
  std::vector<ir::Op> copies;
  ir::TensorId before = excitation.source;
  ir::TensorId at = excitation.source;
  for (const int layer : excitation.layers) {
    ir::Op copy = graph.op(layer);
    std::replace(copy.inputs.begin(), copy.inputs.end(), before, at);
    before = copy.outputs.at(0);
    at = add_copy(graph, before);
    copy.outputs = {at};
    copies.push_back(std::move(copy));
  }
  ir::Op product = graph.op(excitation.product);
  std::replace(product.inputs.begin(), product.inputs.end(), excitation.plane, at);
  copies.push_back(std::move(product));
  return copies;
}

}  // namespace

std::vector<Excitation> excitations(const ir::Graph& graph) {
  const std::vector<int> producer = producers(graph);
  std::vector<Excitation> found;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    const ir::Op& op = graph.ops[i];
    if (!std::holds_alternative<ir::Mul>(op.kind)) continue;
    for (const std::size_t side : {0U, 1U}) {
      const ir::TensorId plane = op.inputs.at(side);
      const ir::TensorId gate = op.inputs.at(1 - side);
      if (!is_activation(graph, plane) || !is_activation(graph, gate)) continue;
      const ir::Tensor& tensor = graph.tensor(plane);
      const bool is_gated = is_image(tensor) && graph.tensor(gate).elements() == tensor.shape[3] &&
                            tensor.elements() > tensor.shape[3] && tensor.shape == graph.tensor(op.outputs.at(0)).shape;
      if (!is_gated || !depends_on(graph, gate, plane, i)) continue;
      Excitation excitation;
      excitation.plane = plane;
      excitation.product = static_cast<int>(i);
      if (!find_source(graph, producer, excitation)) continue;
      excitation.held_bytes = tensor.bytes();
      const auto reads_source = [&](const ir::Op& later) {
        return std::ranges::find(later.inputs, excitation.source) != later.inputs.end();
      };
      if (std::ranges::any_of(graph.ops.begin() + static_cast<std::ptrdiff_t>(i), graph.ops.end(), reads_source))
        excitation.held_bytes += graph.tensor(excitation.source).bytes();
      found.push_back(std::move(excitation));
    }
  }
  return found;
}

ir::Graph recompute_excite(ir::Graph graph, std::span<const Excitation> chosen) {
  std::vector<std::vector<ir::Op>> instead(graph.ops.size());
  for (const Excitation& excitation : chosen)
    instead[static_cast<std::size_t>(excitation.product)] = second_pass(graph, excitation);
  std::vector<ir::Op> ops;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    if (instead[i].empty()) {
      ops.push_back(std::move(graph.ops[i]));
    } else {
      std::ranges::move(instead[i], std::back_inserter(ops));
    }
  }
  graph.ops = std::move(ops);
  return graph;
}

}  // namespace thimble::passes
