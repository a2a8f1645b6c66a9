// ir/receptive_field.cpp
#include "ir/receptive_field.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "ir/partial_sums.h"

namespace thimble::ir {
namespace {

std::int64_t pixels_of(const Tensor& tensor) {
  return is_image(tensor) ? std::int64_t{tensor.shape[1]} * tensor.shape[2] : 1;
}

int dilated(int window, int dilation) { return (window - 1) * dilation + 1; }

/// The fields of a convolution of either kind, whose window is its weights'.
template <typename Convolution>
PlaneField window_of(const Graph& graph, const Op& op, const Convolution& conv) {
  const Shape& weights = graph.tensor(op.inputs.at(1)).shape;
  return {{dilated(weights.at(1), conv.dilation_h), conv.stride_h, -conv.padding.top},
          {dilated(weights.at(2), conv.dilation_w), conv.stride_w, -conv.padding.left}};
}

bool same_plane(const Tensor& a, const Tensor& b) {
  return is_image(a) && is_image(b) && a.shape[1] == b.shape[1] && a.shape[2] == b.shape[2];
}

/// The pixel of the input that TFLite's nearest neighbour takes for an output pixel; it computes in float.
int nearest(const ResizeNearest& resize, int pixel, int in_size, int out_size) {
  const bool corners = resize.align_corners && out_size > 1;
  const float step = corners ? static_cast<float>(in_size - 1) / static_cast<float>(out_size - 1)
                             : static_cast<float>(in_size) / static_cast<float>(out_size);
  const float position = (static_cast<float>(pixel) + (resize.half_pixel_centers ? 0.5F : 0.0F)) * step;
  return static_cast<int>(resize.align_corners ? std::round(position) : std::floor(position));
}

/// A resize reads the last pixel where rounding leads beyond it, but an unclipped region beyond the image stays there.
Interval under_resize(const ResizeNearest& resize, Interval out, int in_size, int out_size) {
  const auto source = [&](int pixel) {
    const int found = nearest(resize, pixel, in_size, out_size);
    return pixel < out_size ? std::min(found, in_size - 1) : found;
  };
  return {source(out.first), source(out.end - 1) + 1};
}

}  // namespace

Interval united(Interval a, Interval b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.first, b.first), std::max(a.end, b.end)};
}

Interval clipped(Interval interval, int size) {
  const int first = std::clamp(interval.first, 0, size);
  return {first, std::clamp(interval.end, first, size)};
}

Region united(const Region& a, const Region& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {united(a.rows, b.rows), united(a.columns, b.columns)};
}

Region whole(const Tensor& tensor) {
  if (!is_image(tensor)) return {{0, 1}, {0, 1}};
  return {{0, tensor.shape[1]}, {0, tensor.shape[2]}};
}

std::int64_t bytes_of(const Tensor& tensor, const Region& region) {
  const std::int64_t pixels = pixels_of(tensor);
  return pixels == 0 ? 0 : bytes_of(tensor.type, tensor.elements() / pixels * region.pixels());
}

std::int64_t macs_of(const Graph& graph, const Op& op, const Region& out) {
  const std::int64_t pixels = pixels_of(graph.tensor(op.outputs.at(0)));
  return pixels == 0 ? 0 : macs_of(graph, op) / pixels * out.pixels();
}

Interval ReceptiveField::under(Interval out) const {
  if (out.empty()) return {};
  return {out.first * stride + offset, (out.end - 1) * stride + offset + size};
}

ReceptiveField composed(const ReceptiveField& before, const ReceptiveField& after) {
  return {before.size + (after.size - 1) * before.stride, before.stride * after.stride,
          before.offset + after.offset * before.stride};
}

std::optional<PlaneField> field_of(const Graph& graph, const Op& op, std::size_t input) {
  const Tensor& in = graph.tensor(op.inputs.at(input));
  const Tensor& out = graph.tensor(op.outputs.at(0));
  const auto pixel_by_pixel = [&]() -> std::optional<PlaneField> {
    if (!same_plane(in, out)) return std::nullopt;
    return PlaneField{};
  };
  using Field = std::optional<PlaneField>;
  return std::visit(Overloaded{
                        [&](const Conv2D& conv) -> Field {
                          return input == sums_input ? pixel_by_pixel() : window_of(graph, op, conv);
                        },
                        [&](const DepthwiseConv2D& conv) -> Field { return window_of(graph, op, conv); },
                        [&](const Pool2D& pool) -> Field {
                          return PlaneField{{pool.filter_h, pool.stride_h, -pool.padding.top},
                                            {pool.filter_w, pool.stride_w, -pool.padding.left}};
                        },
                        [&](const Pad& pad) -> Field {
                          if (pad.amounts.size() != 4) return std::nullopt;
                          return PlaneField{{1, 1, -pad.amounts[1][0]}, {1, 1, -pad.amounts[2][0]}};
                        },
                        [&](const Concat& concat) -> Field {
                          if (concat.axis != 3) return std::nullopt;
                          return pixel_by_pixel();
                        },
                        [&](const Add&) -> Field { return pixel_by_pixel(); },
                        [&](const Sub&) -> Field { return pixel_by_pixel(); },
                        [&](const Mul&) -> Field { return pixel_by_pixel(); },
                        [&](const Softmax&) -> Field { return pixel_by_pixel(); },
                        [&](const Sigmoid&) -> Field { return pixel_by_pixel(); },
                        [&](const HardSwish&) -> Field { return pixel_by_pixel(); },
                        [&](const Clamp&) -> Field { return pixel_by_pixel(); },
                        [&](const Quantize&) -> Field { return pixel_by_pixel(); },
                        [&](const Dequantize&) -> Field { return pixel_by_pixel(); },
                        [](const FullyConnected&) -> Field { return std::nullopt; },
                        [](const Mean&) -> Field { return std::nullopt; },
                        [](const Reshape&) -> Field { return std::nullopt; },
                        [](const Transpose&) -> Field { return std::nullopt; },
                        [](const ResizeNearest&) -> Field { return std::nullopt; },
                        [](const ShapeOf&) -> Field { return std::nullopt; },
                        [](const StridedSlice&) -> Field { return std::nullopt; },
                        [](const TiledBlock&) -> Field { return std::nullopt; },
                        [](const Pack&) -> Field { return std::nullopt; },
                    },
                    op.kind);
}

namespace {

/// How a tensor depends on the input of field_between.
struct Path {
  bool exists = false;
  bool is_window = false;
  PlaneField field;
};

/// The smallest window that holds two of the same stride.
ReceptiveField around(const ReceptiveField& a, const ReceptiveField& b) {
  const int first = std::min(a.offset, b.offset);
  return {std::max(a.offset + a.size, b.offset + b.size) - first, a.stride, first};
}

/// Both paths lead to the same tensor.
Path joined(const Path& a, const Path& b) {
  if (!a.exists) return b;
  const bool same_stride =
      a.field.rows.stride == b.field.rows.stride && a.field.columns.stride == b.field.columns.stride;
  return {true,
          a.is_window && b.is_window && same_stride,
          {around(a.field.rows, b.field.rows), around(a.field.columns, b.field.columns)}};
}

Path through(const Graph& graph, const Op& op, std::size_t input, const Path& before) {
  const std::optional<PlaneField> own = field_of(graph, op, input);
  if (!before.is_window || !own) return {true, false, {}};
  return {true, true, {composed(before.field.rows, own->rows), composed(before.field.columns, own->columns)}};
}

}  // namespace

std::optional<PlaneField> field_between(const Graph& graph, TensorId input, TensorId output) {
  std::vector<Path> paths(graph.tensors.size());
  paths[static_cast<std::size_t>(input)] = {true, true, {}};
  for (const Op& op : graph.ops) {
    Path path;
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
      if (op.inputs[i] == no_tensor) continue;
      const Path& before = paths[static_cast<std::size_t>(op.inputs[i])];
      if (before.exists) path = joined(path, through(graph, op, i, before));
    }
    for (const TensorId out : op.outputs) {
      if (path.exists) paths[static_cast<std::size_t>(out)] = path;
    }
  }
  const Path& found = paths[static_cast<std::size_t>(output)];
  if (!found.exists || !found.is_window) return std::nullopt;
  return found.field;
}

Region region_needed(const Graph& graph, const Op& op, std::size_t input, const Region& out, Borders borders) {
  if (out.empty()) return {};
  const Tensor& in = graph.tensor(op.inputs.at(input));
  const Region all = whole(in);
  Region needed = all;
  if (const std::optional<PlaneField> field = field_of(graph, op, input)) {
    needed = {field->rows.under(out.rows), field->columns.under(out.columns)};
  } else if (const auto* resize = std::get_if<ResizeNearest>(&op.kind)) {
    const Region result = whole(graph.tensor(op.outputs.at(0)));
    needed = {under_resize(*resize, out.rows, all.rows.end, result.rows.end),
              under_resize(*resize, out.columns, all.columns.end, result.columns.end)};
  }
  if (borders == Borders::unclipped) return needed;
  const Region inside{clipped(needed.rows, all.rows.end), clipped(needed.columns, all.columns.end)};
  return inside.empty() ? Region{} : inside;
}

std::vector<Region> regions_needed(const Graph& graph, TensorId target, const Region& region, Borders borders) {
  std::vector<Region> needed(graph.tensors.size());
  needed[static_cast<std::size_t>(target)] = region;
  for (auto op = graph.ops.rbegin(); op != graph.ops.rend(); ++op) {
    for (const TensorId output : op->outputs) {
      const Region out = needed[static_cast<std::size_t>(output)];
      if (out.empty()) continue;
      for (std::size_t i = 0; i < op->inputs.size(); ++i) {
        const TensorId in = op->inputs[i];
        if (in == no_tensor || graph.tensor(in).is_constant()) continue;
        Region& sum = needed[static_cast<std::size_t>(in)];
        sum = united(sum, region_needed(graph, *op, i, out, borders));
      }
    }
  }
  return needed;
}

}  // namespace thimble::ir
