#include "ir/shapes.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "ir/tiled_block.h"

namespace thimble::ir {

int convolved_size(int size, int filter, int stride, int dilation, int pad_before, int pad_after) {
  return (size + pad_before + pad_after - ((filter - 1) * dilation + 1)) / stride + 1;
}

std::array<int, 2> same_padding(int size, int filter, int stride, int dilation) {
  const int out = (size + stride - 1) / stride;
  const int total = std::max(0, (out - 1) * stride + (filter - 1) * dilation + 1 - size);
  return {total / 2, total - total / 2};
}

namespace {

void require(bool holds, const Graph& graph, const Op& op, std::string_view what) {
  if (!holds) {
    fail("{}: {} \"{}\": {}", graph.name, name_of(op.kind), op.outputs.empty() ? "?" : graph.name_of(op), what);
  }
}

/// Output height and width of a window that slides over an image.
Shape windowed(const Graph& graph, const Op& op, const Shape& in, std::array<int, 2> filter, std::array<int, 2> stride,
               std::array<int, 2> dilation, const Padding& padding, int channels) {
  require(in.size() == 4, graph, op, "its input is not 4-dimensional");
  require(filter[0] > 0 && filter[1] > 0 && stride[0] > 0 && stride[1] > 0 && dilation[0] > 0 && dilation[1] > 0, graph,
          op, "filter, stride and dilation must be positive");
  const std::int64_t reach_h = std::int64_t{filter[0] - 1} * dilation[0] + 1;
  const std::int64_t reach_w = std::int64_t{filter[1] - 1} * dilation[1] + 1;
  require(std::int64_t{in[1]} + padding.top + padding.bottom >= reach_h &&
              std::int64_t{in[2]} + padding.left + padding.right >= reach_w,
          graph, op, "its filter is larger than its padded input");
  return {in[0], convolved_size(in[1], filter[0], stride[0], dilation[0], padding.top, padding.bottom),
          convolved_size(in[2], filter[1], stride[1], dilation[1], padding.left, padding.right), channels};
}

Shape broadcast(const Graph& graph, const Op& op) {
  const Shape& a = graph.tensor(op.inputs.at(0)).shape;
  const Shape& b = graph.tensor(op.inputs.at(1)).shape;
  Shape out(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < out.size(); ++i) {  // Aligned at the last dimension.
    const int da = i < a.size() ? a[a.size() - 1 - i] : 1;
    const int db = i < b.size() ? b[b.size() - 1 - i] : 1;
    require(da == db || da == 1 || db == 1, graph, op,
            fmt::format("shapes {} and {} do not broadcast", text_of(a), text_of(b)));
    out[out.size() - 1 - i] = std::max(da, db);
  }
  return out;
}

struct OutputShape {
  const Graph& graph;
  const Op& op;

  const Shape& in(std::size_t i = 0) const { return graph.tensor(op.inputs.at(i)).shape; }
  const Shape& own() const { return graph.tensor(op.outputs.at(0)).shape; }
  void check(bool holds, std::string_view what) const { require(holds, graph, op, what); }

  Shape operator()(const Conv2D& conv) const {
    check(op.inputs.size() >= 3 && in(1).size() == 4 && in().size() == 4, "needs a 4-dimensional input and weights");
    check(in(1)[3] > 0 && in()[3] % in(1)[3] == 0 && in()[3] == in(1)[3],
          fmt::format("weights {} do not fit an input of {} channels (grouped convolution is not supported)",
                      text_of(in(1)), in()[3]));
    return windowed(graph, op, in(), {in(1)[1], in(1)[2]}, {conv.stride_h, conv.stride_w},
                    {conv.dilation_h, conv.dilation_w}, conv.padding, in(1)[0]);
  }
  Shape operator()(const DepthwiseConv2D& conv) const {
    check(op.inputs.size() == 3 && in(1).size() == 4 && in().size() == 4, "needs a 4-dimensional input and weights");
    check(in(1)[0] == 1 && conv.multiplier > 0 && std::int64_t{in()[3]} * conv.multiplier == in(1)[3],
          fmt::format("weights {} do not fit an input of {} channels with multiplier {}", text_of(in(1)), in()[3],
                      conv.multiplier));
    return windowed(graph, op, in(), {in(1)[1], in(1)[2]}, {conv.stride_h, conv.stride_w},
                    {conv.dilation_h, conv.dilation_w}, conv.padding, in(1)[3]);
  }
  Shape operator()(const FullyConnected& fc) const {
    check(op.inputs.size() == 3 && in(1).size() == 2, "needs 2-dimensional weights");
    const std::int64_t elements = elements_of(in());
    check(in(1)[1] > 0 && elements % in(1)[1] == 0,
          fmt::format("weights {} do not fit an input of {}", text_of(in(1)), text_of(in())));
    if (fc.keep_dims) {
      Shape out = in();
      check(!out.empty() && out.back() == in(1)[1], "keeps dimensions, but its input's last one differs");
      out.back() = in(1)[0];
      return out;
    }
    return {static_cast<int>(elements / in(1)[1]), in(1)[0]};
  }
  Shape operator()(const Add&) const { return broadcast(graph, op); }
  Shape operator()(const Sub&) const { return broadcast(graph, op); }
  Shape operator()(const Mul&) const { return broadcast(graph, op); }
  Shape operator()(const Pool2D& pool) const {
    check(in().size() == 4, "its input is not 4-dimensional");
    check(pool.padding.top < pool.filter_h && pool.padding.bottom < pool.filter_h &&
              pool.padding.left < pool.filter_w && pool.padding.right < pool.filter_w,
          "its padding is larger than its filter");
    return windowed(graph, op, in(), {pool.filter_h, pool.filter_w}, {pool.stride_h, pool.stride_w}, {1, 1},
                    pool.padding, in()[3]);
  }
  Shape operator()(const Mean& mean) const {
    Shape out;
    for (int d = 0; d < static_cast<int>(in().size()); ++d) {
      const bool reduced = std::find(mean.axes.begin(), mean.axes.end(), d) != mean.axes.end();
      if (!reduced) out.push_back(in()[static_cast<std::size_t>(d)]);
      if (reduced && mean.keep_dims) out.push_back(1);
    }
    for (const int axis : mean.axes) check(axis >= 0 && axis < static_cast<int>(in().size()), "axis out of range");
    return out;
  }
  Shape operator()(const Pad& pad) const {
    check(pad.amounts.size() == in().size(), "has paddings for another number of dimensions");
    Shape out = in();
    for (std::size_t d = 0; d < out.size(); ++d) {
      check(pad.amounts[d][0] >= 0 && pad.amounts[d][1] >= 0, "has a negative padding");
      out[d] += pad.amounts[d][0] + pad.amounts[d][1];
    }
    return out;
  }
  Shape operator()(const Reshape&) const {
    check(elements_of(own()) == elements_of(in()),
          fmt::format("{} does not have as many elements as {}", text_of(own()), text_of(in())));
    return own();
  }
  Shape operator()(const Transpose& transpose) const {
    check(transpose.permutation.size() == in().size(), "permutes another number of dimensions");
    Shape out(in().size());
    std::vector<bool> seen(in().size(), false);
    for (std::size_t d = 0; d < out.size(); ++d) {
      const int from = transpose.permutation[d];
      check(from >= 0 && from < static_cast<int>(in().size()) && !seen[static_cast<std::size_t>(from)],
            "is not a permutation");
      seen[static_cast<std::size_t>(from)] = true;
      out[d] = in()[static_cast<std::size_t>(from)];
    }
    return out;
  }
  Shape operator()(const Concat& concat) const {
    Shape out = in();
    check(concat.axis >= 0 && concat.axis < static_cast<int>(out.size()), "axis out of range");
    const auto axis = static_cast<std::size_t>(concat.axis);
    for (std::size_t i = 1; i < op.inputs.size(); ++i) {
      check(in(i).size() == out.size(), "its inputs differ in their number of dimensions");
      for (std::size_t d = 0; d < out.size(); ++d) check(d == axis || in(i)[d] == out[d], "its inputs differ in shape");
      out[axis] += in(i)[axis];
    }
    return out;
  }
  Shape operator()(const ResizeNearest&) const {
    check(in().size() == 4 && own().size() == 4 && own()[0] == in()[0] && own()[3] == in()[3],
          "resizes other dimensions than height and width");
    check(in()[1] > 0 && in()[2] > 0, "its input is empty");
    return own();
  }
  Shape operator()(const Softmax&) const {
    check(!in().empty() && in().back() > 0, "its input has no last dimension");
    return in();
  }
  Shape operator()(const Sigmoid&) const { return in(); }
  Shape operator()(const HardSwish&) const { return in(); }
  Shape operator()(const Clamp&) const { return in(); }
  Shape operator()(const Quantize&) const { return in(); }
  Shape operator()(const Dequantize&) const { return in(); }
  Shape operator()(const ShapeOf&) const { return {static_cast<int>(in().size())}; }
  Shape operator()(const StridedSlice&) const { return own(); }
  Shape operator()(const Pack& pack) const {
    Shape out = in();
    check(pack.axis >= 0 && pack.axis <= static_cast<int>(out.size()), "axis out of range");
    for (std::size_t i = 1; i < op.inputs.size(); ++i) check(in(i) == out, "its inputs differ in shape");
    out.insert(out.begin() + pack.axis, static_cast<int>(op.inputs.size()));
    return out;
  }
  /// That of its last layer, if each layer computes what the next one reads.
  Shape operator()(const TiledBlock&) const {
    const auto layers = layers_of(op);
    for (const Op& layer : layers)
      check(output_shapes(graph, layer).at(0) == graph.tensor(layer.outputs.at(0)).shape, "its layers do not fit");
    return own();
  }
};

}  // namespace

std::vector<Shape> output_shapes(const Graph& graph, const Op& op) {
  return {std::visit(OutputShape{graph, op}, op.kind)};
}

}  // namespace thimble::ir
