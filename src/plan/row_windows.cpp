// plan/row_windows.cpp
#include "plan/row_windows.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "ir/partial_sums.h"
#include "ir/slice_region.h"
#include "ir/tiled_block.h"
#include "plan/plan.h"
#include "target/mean_geometry.h"

namespace thimble::plan {
namespace {

/// Rows under a window of `size` rows, `dilation` apart, that moves by `stride`, `pad` rows of which are above the
/// image.
struct Window {
  int size = 1, stride = 1, dilation = 1, pad = 0;

  Rows under(Rows out) const {
    return {out.first * stride - pad, (out.end - 1) * stride - pad + (size - 1) * dilation + 1};
  }
};

/// The row that TFLite's nearest neighbour takes; it computes in float.
int nearest(const ir::ResizeNearest& resize, int row, int in_rows, int out_rows) {
  const float step = resize.align_corners && out_rows > 1
                         ? static_cast<float>(in_rows - 1) / static_cast<float>(out_rows - 1)
                         : static_cast<float>(in_rows) / static_cast<float>(out_rows);
  const float centre = static_cast<float>(row) + (resize.half_pixel_centers ? 0.5F : 0.0F);
  const float source = centre * step;
  return std::min(static_cast<int>(resize.align_corners ? std::round(source) : std::floor(source)), in_rows - 1);
}

}  // namespace

bool works_by_rows(const ir::Graph& graph, const ir::Op& op) {
  if (op.outputs.size() != 1 || !is_image(graph.tensor(op.outputs[0]))) return false;
  return std::visit(ir::Overloaded{
                        [](const ir::Conv2D&) { return true; },
                        [](const ir::DepthwiseConv2D&) { return true; },
                        [](const ir::Pool2D&) { return true; },
                        [](const ir::ResizeNearest&) { return true; },
                        [](const ir::Add&) { return true; },
                        [](const ir::Sub&) { return true; },
                        [](const ir::Mul&) { return true; },
                        [](const ir::Sigmoid&) { return true; },
                        [](const ir::HardSwish&) { return true; },
                        [](const ir::Clamp&) { return true; },
                        [](const ir::Quantize&) { return true; },
                        [](const ir::TiledBlock&) { return true; },
                        [](const ir::Pad& pad) { return pad.amounts.size() == 4; },
                        [&](const ir::Mean& mean) { return target::keeps_rows(graph, op, mean); },
                        [&](const ir::StridedSlice&) { return ir::sliced_region(graph, op).has_value(); },
                        [](const auto&) { return false; },
                    },
                    op.kind);
}

Rows rows_read(const ir::Graph& graph, const ir::Op& op, std::size_t input, Rows out) {
  const ir::Tensor& in = graph.tensor(op.inputs.at(input));
  const ir::Tensor& result = graph.tensor(op.outputs.at(0));
  const int rows = rows_of(in);
  const auto window_height = [&] { return graph.tensor(op.inputs.at(1)).shape.at(1); };
  const Rows read = std::visit(
      ir::Overloaded{
          [&](const ir::Conv2D& conv) {
            if (input == ir::sums_input) return out;
            return Window{window_height(), conv.stride_h, conv.dilation_h, conv.padding.top}.under(out);
          },
          [&](const ir::DepthwiseConv2D& conv) {
            return Window{window_height(), conv.stride_h, conv.dilation_h, conv.padding.top}.under(out);
          },
          [&](const ir::Pool2D& pool) {
            return Window{pool.filter_h, pool.stride_h, 1, pool.padding.top}.under(out);
          },
          [&](const ir::TiledBlock&) {
            return Rows{ir::band_of(graph, op, out.first).new_first, ir::band_of(graph, op, out.end - 1).in_end};
          },
          [&](const ir::Pad& pad) {
            return Window{1, 1, 1, pad.amounts.at(1)[0]}.under(out);
          },
          [&](const ir::StridedSlice&) {
            return Window{1, 1, 1, -ir::sliced_region(graph, op).value().rows.first}.under(out);
          },
          [&](const ir::ResizeNearest& resize) {
            const int out_rows = rows_of(result);
            return Rows{nearest(resize, out.first, rows, out_rows), nearest(resize, out.end - 1, rows, out_rows) + 1};
          },
          [&](const auto&) {
            return rows == rows_of(result) ? out : Rows{0, rows};
          },
      },
      op.kind);
  const int first = std::clamp(read.first, 0, rows);
  return {first, std::clamp(read.end, first, rows)};
}

}  // namespace thimble::plan
