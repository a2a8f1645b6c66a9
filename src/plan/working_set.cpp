// plan/working_set.cpp
#include "plan/working_set.h"

#include <algorithm>
#include <limits>
#include <variant>

namespace thimble::plan {
namespace {

constexpr int never = -1;
constexpr int always = std::numeric_limits<int>::max();

/// When a tensor is live, in positions of the sequence, both included.
struct Life {
  int first = always;
  int last = never;

  bool at(int position) const { return first <= position && position <= last; }
};

std::vector<Life> lives_of(const ir::Graph& graph, std::span<const int> ops) {
  std::vector<Life> lives(graph.tensors.size());
  for (int position = 0; position < static_cast<int>(ops.size()); ++position) {
    const ir::Op& op = graph.ops[static_cast<std::size_t>(ops[static_cast<std::size_t>(position)])];
    for (const ir::TensorId id : op.inputs) {
      if (id == ir::no_tensor) continue;
      Life& life = lives[static_cast<std::size_t>(id)];
      if (life.first == always) life.first = 0;
      life.last = std::max(life.last, position);
    }
    for (const ir::TensorId id : op.outputs) {
      Life& life = lives[static_cast<std::size_t>(id)];
      life.first = position;
      life.last = std::max(life.last, position);
    }
  }
  for (const ir::TensorId id : graph.outputs) lives[static_cast<std::size_t>(id)].last = always;
  return lives;
}

bool works_in_place(const ir::Operator& kind) {
  if (const auto* depthwise = std::get_if<ir::DepthwiseConv2D>(&kind)) return depthwise->multiplier == 1;
  return std::holds_alternative<ir::Add>(kind) || std::holds_alternative<ir::Sub>(kind) ||
         std::holds_alternative<ir::Mul>(kind) || std::holds_alternative<ir::Sigmoid>(kind) ||
         std::holds_alternative<ir::HardSwish>(kind) || std::holds_alternative<ir::Clamp>(kind) ||
         std::holds_alternative<ir::Quantize>(kind) || std::holds_alternative<ir::Softmax>(kind) ||
         std::holds_alternative<ir::Reshape>(kind);
}

bool touches(const ir::Op& op, ir::TensorId id) {
  return std::ranges::find(op.inputs, id) != op.inputs.end() || std::ranges::find(op.outputs, id) != op.outputs.end();
}

}  // namespace

std::int64_t bytes_in_place(const ir::Op& op, std::span<const std::int64_t> bytes,
                            const std::function<bool(ir::TensorId)>& dies) {
  if (!works_in_place(op.kind)) return 0;
  std::int64_t shared = 0;
  for (const ir::TensorId id : op.inputs) {
    if (id == ir::no_tensor || !dies(id)) continue;
    shared = std::max(shared,
                      std::min(bytes[static_cast<std::size_t>(id)], bytes[static_cast<std::size_t>(op.outputs.at(0))]));
  }
  return shared;
}

std::vector<std::int64_t> working_sets(const ir::Graph& graph, std::span<const int> ops,
                                       std::span<const std::int64_t> bytes, Counting counting) {
  const std::vector<Life> lives = lives_of(graph, ops);
  std::vector<std::int64_t> sets;
  for (int position = 0; position < static_cast<int>(ops.size()); ++position) {
    const ir::Op& op = graph.ops[static_cast<std::size_t>(ops[static_cast<std::size_t>(position)])];
    const auto counts = [&](std::size_t id) {
      return counting == Counting::live ? lives[id].at(position) : touches(op, static_cast<ir::TensorId>(id));
    };
    std::int64_t sum = 0;
    for (std::size_t id = 0; id < lives.size(); ++id) {
      if (counts(id)) sum += bytes[id];
    }
    sets.push_back(sum - bytes_in_place(op, bytes, [&](ir::TensorId id) {
                     return lives[static_cast<std::size_t>(id)].last == position;
                   }));
  }
  return sets;
}

std::vector<std::int64_t> whole_bytes(const ir::Graph& graph) {
  std::vector<std::int64_t> bytes;
  for (const ir::Tensor& tensor : graph.tensors) bytes.push_back(tensor.is_constant() ? 0 : tensor.bytes());
  return bytes;
}

}  // namespace thimble::plan
