#include "quantize/assign_scales.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/index.h"
#include "quantize/layers.h"

namespace thimble::quantize {

namespace {

/// Disjoint sets of tensors that share parameters.
class Groups {
 public:
  explicit Groups(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
  std::size_t root(std::size_t member) const {
    while (parent_[member] != member) member = parent_[member];
    return member;
  }
  void join(std::size_t a, std::size_t b) { parent_[root(a)] = root(b); }

 private:
  std::vector<std::size_t> parent_;
};

bool is_float(const ir::Graph& graph, ir::TensorId id) {
  return id != ir::no_tensor && graph.tensor(id).type == ir::DataType::float32;
}

std::vector<bool> groups_of_probabilities(const ir::Graph& graph, const Groups& groups) {
  std::vector<bool> fixed(graph.tensors.size(), false);
  for (const ir::Op& op : graph.ops) {
    if (computes_probabilities(op.kind)) fixed[groups.root(to_index(op.outputs[0]))] = true;
  }
  return fixed;
}

Groups scale_groups(const ir::Graph& graph) {
  Groups groups(graph.tensors.size());
  for (const ir::Op& op : graph.ops) {
    if (keeps_scale(op.kind) && !std::holds_alternative<ir::Concat>(op.kind)) {
      groups.join(to_index(op.inputs[0]), to_index(op.outputs[0]));
    }
  }
  const std::vector<bool> fixed = groups_of_probabilities(graph, groups);
  const Groups before = groups;
  for (const ir::Op& op : graph.ops) {
    if (!std::holds_alternative<ir::Concat>(op.kind)) continue;
    for (const ir::TensorId input : op.inputs) {
      if (!fixed[before.root(to_index(input))]) groups.join(to_index(input), to_index(op.outputs[0]));
    }
  }
  return groups;
}

Range range_of(const ir::Graph& graph, const Calibration& calibration, ir::TensorId id) {
  const ir::Tensor& tensor = graph.tensor(id);
  if (tensor.is_constant()) {
    const std::vector<float> values = tensor.values<float>();
    if (values.empty()) return {};
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    return {.min = *least, .max = *greatest};
  }
  if (to_index(id) < calibration.ranges.size() && calibration.ranges[to_index(id)])
    return *calibration.ranges[to_index(id)];
  fail("{}: \"{}\" has no calibrated range", graph.name, tensor.name);
}

/// Every float32 tensor that is an activation or a constant operand (not weights or bias) of some operator.
std::vector<ir::TensorId> operands(const ir::Graph& graph) {
  std::vector<ir::TensorId> ids = graph.inputs;
  for (const ir::Op& op : graph.ops) {
    const bool has_weights = channel_layout(graph, op).has_value();
    const auto last = has_weights ? op.inputs.begin() + 1 : op.inputs.end();
    ids.insert(ids.end(), op.inputs.begin(), last);
    ids.insert(ids.end(), op.outputs.begin(), op.outputs.end());
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::erase_if(ids, [&](ir::TensorId id) { return !is_float(graph, id); });
  return ids;
}

/// TensorFlow Lite runs no hard-swish whose output's steps are finer than 1/128 of its input's
/// (reference/hard_swish.h). Trained networks come nowhere near that, but a range of a few pictures may.
constexpr float finest_hard_swish_output = 1.0F / 100.0F;

void widen_hard_swish_outputs(const ir::Graph& graph, const Groups& groups, std::vector<std::optional<Range>>& ranges) {
  for (const ir::Op& op : graph.ops) {
    if (!std::holds_alternative<ir::HardSwish>(op.kind)) continue;
    const std::optional<Range>& input = ranges[groups.root(to_index(op.inputs[0]))];
    std::optional<Range>& output = ranges[groups.root(to_index(op.outputs[0]))];
    if (!input || !output) continue;
    const Range in = hull(*input, {});
    *output = hull(*output, {.min = 0, .max = (in.max - in.min) * finest_hard_swish_output});
  }
}

}  // namespace

std::vector<std::optional<Affine>> assign_scales(const ir::Graph& graph, const Calibration& calibration) {
  const Groups groups = scale_groups(graph);
  const std::vector<bool> fixed = groups_of_probabilities(graph, groups);
  const std::vector<ir::TensorId> ids = operands(graph);
  std::vector<std::optional<Range>> range(graph.tensors.size());
  for (const ir::TensorId id : ids) {
    const std::size_t group = groups.root(to_index(id));
    if (fixed[group]) continue;
    const Range own = range_of(graph, calibration, id);
    range[group] = range[group] ? hull(*range[group], own) : own;
  }
  widen_hard_swish_outputs(graph, groups, range);
  std::vector<std::optional<Affine>> scales(graph.tensors.size());
  for (const ir::TensorId id : ids) {
    const std::size_t group = groups.root(to_index(id));
    scales[to_index(id)] = fixed[group] ? probability_affine : int8_affine(*range[group]);
  }
  return scales;
}

void insert_requantize(ir::Graph& graph, std::vector<std::optional<Affine>>& scales) {
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    if (!std::holds_alternative<ir::Concat>(graph.ops[i].kind)) continue;
    const Affine wanted = *scales[to_index(graph.ops[i].outputs[0])];
    for (std::size_t k = 0; k < graph.ops[i].inputs.size(); ++k) {
      const ir::TensorId input = graph.ops[i].inputs[k];
      if (scales[to_index(input)] == wanted) continue;
      ir::Tensor tensor = graph.tensor(input);
      tensor.name += "/requantized";
      tensor.source_op = -1;
      const ir::TensorId requantized = graph.add_tensor(std::move(tensor));
      scales.emplace_back(wanted);
      graph.ops[i].inputs[k] = requantized;
      graph.ops.insert(graph.ops.begin() + static_cast<std::ptrdiff_t>(i),
                       ir::Op{.kind = ir::Quantize{}, .inputs = {input}, .outputs = {requantized}});
      ++i;
    }
  }
}

}  // namespace thimble::quantize
