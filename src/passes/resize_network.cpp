#include "passes/resize_network.h"

#include <array>
#include <cstdint>
#include <utility>
#include <variant>

#include "base/error.h"
#include "ir/shapes.h"
#include "ir/verify.h"
#include "passes/uses.h"

namespace thimble::passes {
namespace {

/// Both sides of one dimension: SAME padding of the old size becomes that of the new one. Any other stays, and none,
/// which may be SAME by chance.
std::array<int, 2> padding_for(std::array<int, 2> padding, int old_size, int size, int filter, int stride,
                               int dilation) {
  const bool is_same = padding[0] + padding[1] > 0 && padding == ir::same_padding(old_size, filter, stride, dilation);
  return is_same ? ir::same_padding(size, filter, stride, dilation) : padding;
}

struct Window {
  std::array<int, 2> filter, stride, dilation;
};

class Resizing {
 public:
  explicit Resizing(ir::Graph graph) : before_(graph), graph_(std::move(graph)) {}

  ir::Graph run(int height, int width) {
    for (const ir::TensorId input : graph_.inputs) resize_input(input, height, width);
    for (ir::Op& op : graph_.ops) resize_output(op);
    for (std::size_t i = 0; i < graph_.input_ends.size(); ++i) follow(graph_.input_ends[i], graph_.inputs[i]);
    for (std::size_t i = 0; i < graph_.output_ends.size(); ++i) follow(graph_.output_ends[i], graph_.outputs[i]);
    ir::verify(graph_);
    return std::move(graph_);
  }

 private:
  void resize_input(ir::TensorId input, int height, int width) {
    ir::Shape& shape = graph_.tensor(input).shape;
    const ir::Shape& first = before_.tensor(before_.inputs.at(0)).shape;
    if (shape.size() != 4 || shape[1] != first[1] || shape[2] != first[2])
      fail("{}: input \"{}\" is {}: not an image like the others", graph_.name, graph_.tensor(input).name,
           ir::text_of(shape));
    shape[1] = height;
    shape[2] = width;
  }

  const ir::Shape& old_shape(ir::TensorId id) const { return before_.tensor(id).shape; }
  const ir::Shape& shape(ir::TensorId id) const { return graph_.tensor(id).shape; }

  void resize_output(ir::Op& op) {
    std::visit([&](auto& kind) { adapt(op, kind); }, op.kind);
    for (std::size_t i = 0; i < op.outputs.size(); ++i)
      graph_.tensor(op.outputs[i]).shape = ir::output_shapes(graph_, op).at(i);
  }

  /// Operators of which the shapes alone change.
  template <typename Kind>
  void adapt(const ir::Op&, const Kind&) const {}

  void adapt(const ir::Op& op, ir::Conv2D& conv) const {
    const ir::Shape& weights = shape(op.inputs.at(1));
    adapt_padding(op, conv.padding,
                  {{weights[1], weights[2]}, {conv.stride_h, conv.stride_w}, {conv.dilation_h, conv.dilation_w}});
  }

  void adapt(const ir::Op& op, ir::DepthwiseConv2D& conv) const {
    const ir::Shape& weights = shape(op.inputs.at(1));
    adapt_padding(op, conv.padding,
                  {{weights[1], weights[2]}, {conv.stride_h, conv.stride_w}, {conv.dilation_h, conv.dilation_w}});
  }

  void adapt(const ir::Op& op, ir::Pool2D& pool) const {
    const ir::Shape& old_image = old_shape(op.inputs.at(0));
    const bool is_global =
        pool.filter_h == old_image[1] && pool.filter_w == old_image[2] && pool.padding == ir::Padding{};
    if (is_global) {
      pool.filter_h = shape(op.inputs[0])[1];
      pool.filter_w = shape(op.inputs[0])[2];
    } else {
      adapt_padding(op, pool.padding, {{pool.filter_h, pool.filter_w}, {pool.stride_h, pool.stride_w}, {1, 1}});
    }
  }

  void adapt_padding(const ir::Op& op, ir::Padding& padding, const Window& window) const {
    const ir::Shape& old_image = old_shape(op.inputs.at(0));
    const ir::Shape& image = shape(op.inputs[0]);
    const auto [top, bottom] = padding_for({padding.top, padding.bottom}, old_image[1], image[1], window.filter[0],
                                           window.stride[0], window.dilation[0]);
    const auto [left, right] = padding_for({padding.left, padding.right}, old_image[2], image[2], window.filter[1],
                                           window.stride[1], window.dilation[1]);
    padding = {top, bottom, left, right};
  }

  void adapt(const ir::Op& op, const ir::FullyConnected&) const {
    const std::int64_t elements = ir::elements_of(old_shape(op.inputs.at(0)));
    if (ir::elements_of(shape(op.inputs[0])) != elements)
      fail("fully connected layer \"{}\" reads {} values: its weights fix the size", graph_.name_of(op), elements);
  }

  /// What merges height and width into one dimension scales that one; what merges more fixes the size.
  void adapt(const ir::Op& op, const ir::Reshape&) {
    const ir::Shape& old_image = old_shape(op.inputs.at(0));
    const ir::Shape& image = shape(op.inputs[0]);
    if (ir::elements_of(image) == ir::elements_of(old_image)) return;
    ir::Shape& out = graph_.tensor(op.outputs.at(0)).shape;
    if (image.size() == 4) {
      const int old_pixels = old_image[1] * old_image[2];
      for (int& size : out)
        if (size % old_pixels == 0) {
          size = size / old_pixels * (image[1] * image[2]);
          return;
        }
    }
    fail("reshape \"{}\" makes {} of {}: that fixes the size", graph_.name_of(op), ir::text_of(out),
         ir::text_of(old_image));
  }

  void adapt(const ir::Op& op, const ir::ResizeNearest&) {
    ir::Shape& out = graph_.tensor(op.outputs.at(0)).shape;
    for (const std::size_t d : {std::size_t{1}, std::size_t{2}}) {
      const int old_size = old_shape(op.inputs.at(0))[d];
      const int size = out[d] * shape(op.inputs[0])[d];
      if (size % old_size != 0)
        fail("resize \"{}\" makes {} of {} pixels: not a whole number for {}", graph_.name_of(op), out[d], old_size,
             shape(op.inputs[0])[d]);
      out[d] = size / old_size;
    }
  }

  void adapt(const ir::Op& op, const ir::StridedSlice&) const {
    if (shape(op.inputs.at(0)) != old_shape(op.inputs[0]))
      fail("slice \"{}\" takes a part at a place that fixes the size", graph_.name_of(op));
  }

  void follow(ir::TensorId end, ir::TensorId inner) {
    if (end != ir::no_tensor) graph_.tensor(end).shape = shape(inner);
  }

  const ir::Graph before_;
  ir::Graph graph_;
};

}  // namespace

ir::Graph with_input_size(ir::Graph graph, int height, int width) {
  return Resizing(std::move(graph)).run(height, width);
}

}  // namespace thimble::passes
