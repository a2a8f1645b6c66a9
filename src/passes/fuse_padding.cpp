#include <algorithm>
#include <array>
#include <vector>

#include "passes/rewrites.h"
#include "passes/uses.h"

namespace thimble::passes {

namespace {

/// Whether a Pad adds to the height and width of an image what a convolution would: zero, as its input represents it.
bool pads_like_a_convolution(const ir::Graph& graph, const ir::Op& op) {
  const auto* pad = std::get_if<ir::Pad>(&op.kind);
  if (!pad || pad->amounts.size() != 4) return false;
  if (pad->amounts[0] != std::array{0, 0} || pad->amounts[3] != std::array{0, 0}) return false;
  const ir::Tensor& in = graph.tensor(op.inputs.at(0));
  const ir::Tensor& out = graph.tensor(op.outputs.at(0));
  if (in.is_constant() || in.quantization != out.quantization) return false;
  const double zero = out.quantization ? out.zero_point() : 0.0;
  return !pad->value || *pad->value == zero;
}

ir::Padding* padding_of(ir::Op& op) {
  return std::visit(ir::Overloaded{
                        [](ir::Conv2D& conv) { return &conv.padding; },
                        [](ir::DepthwiseConv2D& conv) { return &conv.padding; },
                        [](auto&) -> ir::Padding* { return nullptr; },
                    },
                    op.kind);
}

/// The operators that read a tensor, all of which are convolutions that read it as their image; else none.
std::vector<ir::Op*> convolutions_reading(ir::Graph& graph, ir::TensorId id) {
  std::vector<ir::Op*> readers;
  for (ir::Op& op : graph.ops) {
    const auto times = std::count(op.inputs.begin(), op.inputs.end(), id);
    if (times == 0) continue;
    if (times > 1 || op.inputs[0] != id || !padding_of(op)) return {};
    readers.push_back(&op);
  }
  return readers;
}

}  // namespace

void fuse_padding(ir::Graph& graph) {
  std::vector<bool> fused(graph.ops.size(), false);
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    const ir::Op& op = graph.ops[i];
    const ir::TensorId padded = op.outputs.at(0);
    if (!pads_like_a_convolution(graph, op) || is_graph_output(graph, padded)) continue;
    const std::vector<ir::Op*> readers = convolutions_reading(graph, padded);
    const auto& amounts = std::get<ir::Pad>(op.kind).amounts;
    for (ir::Op* reader : readers) {
      ir::Padding& padding = *padding_of(*reader);
      padding.top += amounts[1][0];
      padding.bottom += amounts[1][1];
      padding.left += amounts[2][0];
      padding.right += amounts[2][1];
      reader->inputs[0] = op.inputs[0];
    }
    fused[i] = !readers.empty();
  }
  remove_ops(graph, fused);
}

}  // namespace thimble::passes
