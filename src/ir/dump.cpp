#include "ir/dump.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace thimble::ir {

namespace {

std::string_view text_of(Activation activation) {
  switch (activation) {
    case Activation::none:
      return "";
    case Activation::relu:
      return " relu";
    case Activation::relu6:
      return " relu6";
    case Activation::relu_n1_to_1:
      return " relu_n1_to_1";
  }
  return "";
}

std::string text_of(const Padding& p) {
  return p == Padding{} ? "" : fmt::format(" pad {},{},{},{}", p.top, p.bottom, p.left, p.right);
}

std::string window(int stride_h, int stride_w, int dilation_h, int dilation_w) {
  std::string text;
  if (stride_h != 1 || stride_w != 1) text += fmt::format(" stride {}x{}", stride_h, stride_w);
  if (dilation_h != 1 || dilation_w != 1) text += fmt::format(" dilation {}x{}", dilation_h, dilation_w);
  return text;
}

std::string parameters(const Operator& op) {
  return std::visit(
      Overloaded{
          [](const Conv2D& c) {
            return window(c.stride_h, c.stride_w, c.dilation_h, c.dilation_w) + text_of(c.padding) +
                   std::string(text_of(c.activation));
          },
          [](const DepthwiseConv2D& c) {
            return (c.multiplier == 1 ? "" : fmt::format(" multiplier {}", c.multiplier)) +
                   window(c.stride_h, c.stride_w, c.dilation_h, c.dilation_w) + text_of(c.padding) +
                   std::string(text_of(c.activation));
          },
          [](const FullyConnected& f) {
            return std::string(text_of(f.activation)) + (f.keep_dims ? " keep_dims" : "");
          },
          [](const Add& a) { return std::string(text_of(a.activation)); },
          [](const Sub& a) { return std::string(text_of(a.activation)); },
          [](const Mul& a) { return std::string(text_of(a.activation)); },
          [](const Pool2D& p) {
            return fmt::format(" {}x{}", p.filter_h, p.filter_w) + window(p.stride_h, p.stride_w, 1, 1) +
                   text_of(p.padding) + std::string(text_of(p.activation));
          },
          [](const Mean& m) {
            return fmt::format(" axes {}", fmt::join(m.axes, ",")) + (m.keep_dims ? " keep_dims" : "");
          },
          [](const Pad& p) {
            std::string text = " ";
            for (const auto& [before, after] : p.amounts) text += fmt::format("({},{})", before, after);
            return text + (p.value ? fmt::format(" value {}", *p.value) : "");
          },
          [](const Transpose& t) { return fmt::format(" {}", fmt::join(t.permutation, ",")); },
          [](const Concat& c) { return fmt::format(" axis {}", c.axis) + std::string(text_of(c.activation)); },
          [](const ResizeNearest& r) {
            return std::string(r.align_corners ? " align_corners" : "") + (r.half_pixel_centers ? " half_pixel" : "");
          },
          [](const Softmax& s) { return s.beta == 1.0F ? std::string() : fmt::format(" beta {}", s.beta); },
          [](const Clamp& c) { return std::string(text_of(c.activation)); },
          [](const StridedSlice& s) {
            return fmt::format(" masks {},{},{}", s.begin_mask, s.end_mask, s.shrink_axis_mask);
          },
          [](const Pack& p) { return fmt::format(" axis {}", p.axis); },
          [](const TiledBlock& t) { return fmt::format(" tiles {}x{}", t.rows, t.columns); },
          [](const auto&) { return std::string(); },
      },
      op);
}

std::string text_of(const Tensor& tensor) {
  std::string text = fmt::format("{}[{}]", name_of(tensor.type), ir::text_of(tensor.shape));
  if (!tensor.quantization || tensor.quantization->scale.empty()) return text;
  const Quantization& q = *tensor.quantization;
  if (q.scale.size() == 1) return text + fmt::format("(scale {:.6g} zero {})", q.scale[0], tensor.zero_point());
  return text + fmt::format("({} scales)", q.scale.size());
}

std::string operand(const Graph& graph, TensorId id) {
  if (id == no_tensor) return "none";
  const Tensor& tensor = graph.tensor(id);
  return tensor.is_constant() ? fmt::format("%{}:const {}", id, text_of(tensor)) : fmt::format("%{}", id);
}

}  // namespace

std::string dump(const Graph& graph) {
  std::string text = fmt::format("graph {}\n", graph.name);
  if (graph.rounding == Rounding::once) text += "rounding once\n";
  for (const TensorId id : graph.inputs) text += fmt::format("input %{} {}\n", id, text_of(graph.tensor(id)));
  for (const Op& op : graph.ops) {
    std::vector<std::string> operands;
    for (const TensorId id : op.inputs) operands.push_back(operand(graph, id));
    text += fmt::format("%{} = {}{}({}) {}\n", op.outputs.at(0), name_of(op.kind), parameters(op.kind),
                        fmt::join(operands, ", "), text_of(graph.tensor(op.outputs[0])));
  }
  for (const TensorId id : graph.outputs) text += fmt::format("output %{}\n", id);
  return text;
}

}  // namespace thimble::ir
