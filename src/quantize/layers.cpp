#include "quantize/layers.h"

namespace thimble::quantize {

std::optional<ChannelLayout> channel_layout(const ir::Graph& graph, const ir::Op& op) {
  const bool is_depthwise = std::holds_alternative<ir::DepthwiseConv2D>(op.kind);
  if (!is_depthwise && !std::holds_alternative<ir::Conv2D>(op.kind) &&
      !std::holds_alternative<ir::FullyConnected>(op.kind)) {
    return std::nullopt;
  }
  const ir::Tensor& weights = graph.tensor(op.inputs.at(1));
  const auto channels = static_cast<std::size_t>(is_depthwise ? weights.shape.back() : weights.shape.front());
  if (channels == 0) return std::nullopt;
  const auto elements = static_cast<std::size_t>(weights.elements());
  return ChannelLayout{.channels = channels, .stride = is_depthwise ? 1 : elements / channels};
}

int channel_axis(const ir::Op& op) { return std::holds_alternative<ir::DepthwiseConv2D>(op.kind) ? 3 : 0; }

bool keeps_scale(const ir::Operator& op) {
  return std::visit(ir::Overloaded{
                        [](const ir::Pool2D&) { return true; },
                        [](const ir::Pad&) { return true; },
                        [](const ir::Reshape&) { return true; },
                        [](const ir::Transpose&) { return true; },
                        [](const ir::Concat&) { return true; },
                        [](const ir::ResizeNearest&) { return true; },
                        [](const ir::StridedSlice&) { return true; },
                        [](const ir::Pack&) { return true; },
                        [](const auto&) { return false; },
                    },
                    op);
}

bool computes_probabilities(const ir::Operator& op) {
  return std::holds_alternative<ir::Softmax>(op) || std::holds_alternative<ir::Sigmoid>(op);
}

}  // namespace thimble::quantize
