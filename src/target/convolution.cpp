#include "target/convolution.h"

#include "ir/shapes.h"

namespace thimble::target {

namespace {

/// Whether the last window along a dimension ends behind the image.
bool reaches_behind(int in, int out, int kernel, int stride, int dilation, int before) {
  return (out - 1) * stride - before + (kernel - 1) * dilation >= in;
}

template <typename Window>
Convolution windowed(const ir::Graph& graph, const ir::Op& op, const Window& window) {
  const ir::Shape& in = graph.tensor(op.inputs[0]).shape;
  const ir::Shape& weights = graph.tensor(op.inputs[1]).shape;
  // The declared shape may lack dimensions of size 1.
  const ir::Shape out = ir::output_shapes(graph, op).at(0);
  Convolution c;
  c.in_h = in[1];
  c.in_w = in[2];
  c.in_ch = in[3];
  c.out_h = out[1];
  c.out_w = out[2];
  c.out_ch = out[3];
  c.kernel_h = weights[1];
  c.kernel_w = weights[2];
  c.stride_h = window.stride_h;
  c.stride_w = window.stride_w;
  c.dilation_h = window.dilation_h;
  c.dilation_w = window.dilation_w;
  c.padding = window.padding;
  return c;
}

}  // namespace

bool Convolution::is_padded() const {
  return padding.left > 0 || border_bytes() > 0 ||
         reaches_behind(in_w, out_w, kernel_w, stride_w, dilation_w, padding.left);
}

bool Convolution::is_pointwise() const { return is_1x1() && stride_h == 1 && stride_w == 1 && !is_padded(); }

std::int64_t Convolution::border_bytes() const {
  const bool needed = padding.top > 0 || reaches_behind(in_h, out_h, kernel_h, stride_h, dilation_h, padding.top);
  return needed ? (std::int64_t{in_w} * in_ch + 3) / 4 * 4 : 0;
}

std::optional<Convolution> convolution_of(const ir::Graph& graph, const ir::Op& op) {
  if (const auto* conv = std::get_if<ir::Conv2D>(&op.kind)) return windowed(graph, op, *conv);
  if (const auto* depthwise = std::get_if<ir::DepthwiseConv2D>(&op.kind)) {
    Convolution c = windowed(graph, op, *depthwise);
    c.depthwise = true;
    return c;
  }
  if (std::holds_alternative<ir::FullyConnected>(op.kind)) {
    const ir::Shape& weights = graph.tensor(op.inputs[1]).shape;
    Convolution c;
    c.in_ch = weights[1];
    c.out_ch = weights[0];
    c.in_w = c.out_w = static_cast<int>(graph.tensor(op.inputs[0]).elements() / c.in_ch);
    return c;
  }
  return std::nullopt;
}

}  // namespace thimble::target
