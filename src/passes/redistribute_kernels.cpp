#include "passes/redistribute_kernels.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "base/index.h"
#include "ir/receptive_field.h"
#include "ir/shapes.h"
#include "ir/verify.h"
#include "passes/uses.h"

namespace thimble::passes {
namespace {

constexpr int largest_kernel = 7;
constexpr int strided_kernel = 3;  ///< Of the stage: less would skip pixels.
constexpr int stage_reduction = 8;

bool has_places(const ir::Tensor& tensor) { return tensor.shape.size() == 4 && tensor.shape[1] * tensor.shape[2] > 1; }

/// The size of an undilated depthwise kernel that is as high as wide, and odd; 0 for any other operator.
int kernel_of(const ir::Graph& graph, const ir::Op& op) {
  const auto* conv = std::get_if<ir::DepthwiseConv2D>(&op.kind);
  if (conv == nullptr || conv->dilation_h != 1 || conv->dilation_w != 1 || conv->stride_h != conv->stride_w) return 0;
  const ir::Shape& weights = graph.tensor(op.inputs.at(1)).shape;
  return weights[1] == weights[2] && weights[1] % 2 == 1 ? weights[1] : 0;
}

int stride_of(const ir::Op& op) { return std::get<ir::DepthwiseConv2D>(op.kind).stride_h; }

/// The weights [1,K,K,C] with the middle of the old kernel in the middle of the new one.
void resize_weights(ir::Tensor& weights, int kernel) {
  const ir::Tensor old = weights;
  weights.shape[1] = weights.shape[2] = kernel;
  auto data = std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(weights.bytes()));
  if (weights.type != ir::DataType::int4) {  // Two to a byte: they become zeros, which count the same.
    const auto pixel = static_cast<std::size_t>(ir::bytes_of(weights.type, weights.shape[3]));
    const int shift = (old.shape[1] - kernel) / 2;
    for (int y = std::max(0, -shift); y < std::min(kernel, old.shape[1] - shift); ++y)
      for (int x = std::max(0, -shift); x < std::min(kernel, old.shape[1] - shift); ++x) {
        const auto to = static_cast<std::size_t>(y * kernel + x);
        const auto from = static_cast<std::size_t>((y + shift) * old.shape[1] + x + shift);
        std::memcpy(data->data() + to * pixel, old.data->data() + from * pixel, pixel);
      }
  }
  weights.data = std::move(data);
}

/// Changes a depthwise kernel, and the padding with it: the output's shape stays.
void resize_kernel(ir::Graph& graph, ir::Op& op, int kernel) {
  const int more = (kernel - kernel_of(graph, op)) / 2;
  ir::Padding& padding = std::get<ir::DepthwiseConv2D>(op.kind).padding;
  for (int* const side : {&padding.top, &padding.bottom, &padding.left, &padding.right}) *side += more;
  resize_weights(graph.tensor(op.inputs.at(1)), kernel);
}

/// Whether the padding has room for a kernel that is so much smaller.
bool can_shrink(const ir::Graph& graph, const ir::Op& op, int kernel) {
  const ir::Padding& padding = std::get<ir::DepthwiseConv2D>(op.kind).padding;
  return std::min({padding.top, padding.bottom, padding.left, padding.right}) >= (kernel_of(graph, op) - kernel) / 2;
}

/// The number of operators up to the first image of an eighth of the picture's height; none without such an image.
std::size_t stage_end(const ir::Graph& graph) {
  if (graph.inputs.empty() || !has_places(graph.tensor(graph.inputs[0]))) return 0;
  const int height = graph.tensor(graph.inputs[0]).shape[1];
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    const ir::Tensor& out = graph.tensor(graph.ops[i].outputs.at(0));
    if (has_places(out) && stage_reduction * out.shape[1] <= height + stage_reduction - 1) return i + 1;
  }
  return 0;
}

void shrink_stage(ir::Graph& graph, std::size_t end) {
  for (std::size_t i = 0; i < end; ++i) {
    ir::Op& op = graph.ops[i];
    const int kernel = kernel_of(graph, op);
    if (kernel == 0) continue;
    const int most = stride_of(op) == 1 ? 1 : strided_kernel;
    if (kernel > most && can_shrink(graph, op, most)) resize_kernel(graph, op, most);
  }
}

/// Enlarges the kernel that closes what is missing at the fewest MACs, or else the one that gives most. False if none
/// can grow.
bool enlarge_one(ir::Graph& graph, std::size_t first, int missing) {
  const int field = receptive_field_of(graph);
  std::optional<std::tuple<bool, int, std::int64_t>> best_rank;
  std::size_t best = 0;
  for (std::size_t i = first; i < graph.ops.size(); ++i) {
    const int kernel = kernel_of(graph, graph.ops[i]);
    if (kernel == 0 || stride_of(graph.ops[i]) != 1 || kernel + 2 > largest_kernel) continue;
    ir::Graph changed = graph;
    resize_kernel(changed, changed.ops[i], kernel + 2);
    const int gain = receptive_field_of(changed) - field;
    const std::int64_t macs = ir::macs_of(changed, changed.ops[i]) - ir::macs_of(graph, graph.ops[i]);
    const std::tuple rank(gain < missing, gain < missing ? -gain : 0, macs);
    if (gain <= 0 || (best_rank && *best_rank <= rank)) continue;
    best_rank = rank;
    best = i;
  }
  if (best_rank) resize_kernel(graph, graph.ops[best], kernel_of(graph, graph.ops[best]) + 2);
  return best_rank.has_value();
}

}  // namespace

int receptive_field_of(const ir::Graph& graph) {
  std::vector<ir::ReceptiveField> fields(graph.tensors.size());
  int last = 1;
  for (const ir::Op& op : graph.ops) {
    ir::ReceptiveField field;
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
      const ir::TensorId in = op.inputs[i];
      if (in == ir::no_tensor || graph.tensor(in).is_constant() || !has_places(graph.tensor(in))) continue;
      const std::optional<ir::PlaneField> plane = ir::field_of(graph, op, i);
      if (!plane) continue;
      const ir::ReceptiveField through = ir::composed(fields[to_index(in)], plane->rows);
      if (through.size >= field.size) field = through;
    }
    fields[to_index(op.outputs.at(0))] = field;
    if (has_places(graph.tensor(op.outputs[0]))) last = field.size;
  }
  return last;
}

RedistributedGraph redistribute_kernels(const ir::Graph& graph) {
  RedistributedGraph result{graph, {}};
  const std::size_t end = stage_end(graph);
  const int wanted = receptive_field_of(graph);
  shrink_stage(result.graph, end);
  for (int missing = wanted - receptive_field_of(result.graph); missing > 0;
       missing = wanted - receptive_field_of(result.graph))
    if (!enlarge_one(result.graph, end, missing)) break;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    const int before = kernel_of(graph, graph.ops[i]);
    const int after = kernel_of(result.graph, result.graph.ops[i]);
    if (before != after) result.changes.push_back({graph.name_of(graph.ops[i]), before, after});
  }
  ir::verify(result.graph);
  return result;
}

}  // namespace thimble::passes
