// plan/row_reads.cpp
#include "plan/row_reads.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "ir/partial_sums.h"

namespace thimble::plan {
namespace {

/// Output row and where its reads go. Input rows are counted in bytes here: an image's row is width x channels.
struct RowQuery {
  const ir::Graph& graph;
  const ir::Op& op;
  int row;
  std::vector<Read> reads;

  const ir::Tensor& input(std::size_t i) const { return graph.tensor(op.inputs.at(i)); }
  const ir::Tensor& output() const { return graph.tensor(op.outputs.at(0)); }

  /// Reads row `in_row` of input 0, unless it lies in the padding.
  void read_image_row(int in_row) {
    const ir::Tensor& image = input(0);
    if (in_row < 0 || in_row >= image.shape[1]) return;
    const std::int64_t row_bytes = image.bytes() / image.shape[1];
    reads.push_back({op.inputs[0], in_row * row_bytes, (in_row + 1) * row_bytes, is_pointwise()});
  }

  /// Whether it is a convolution of each pixel by itself, with as many channels.
  bool is_pointwise() const {
    const auto* conv = std::get_if<ir::Conv2D>(&op.kind);
    return conv != nullptr &&
           graph.tensor(op.inputs.at(1)).elements() == std::int64_t{input(0).shape[3]} * output().shape[3] &&
           input(0).shape == output().shape && input(0).bytes() == output().bytes();
  }

  /// The columns of a rectangle of input 0.
  void read_sliced_row() {
    const ir::Shape& from = input(0).shape;
    const std::int64_t pixel = input(0).bytes() / (std::int64_t{from[1]} * from[2]);
    const auto begin = graph.tensor(op.inputs.at(1)).values<std::int32_t>();
    const std::int64_t first =
        std::int64_t{row + from_start(begin[1], from[1])} * from[2] + from_start(begin[2], from[2]);
    reads.push_back({op.inputs[0], first * pixel, (first + output().shape[2]) * pixel, false});
  }

  static int from_start(std::int32_t position, int size) { return position < 0 ? position + size : position; }

  void read_window(int size, int stride, int dilation, int pad_top) {
    for (int k = 0; k < size; ++k) read_image_row(row * stride - pad_top + k * dilation);
  }

  /// A band of a block in tiles: all that its rows need is read until the last of them is written. Where rows are kept,
  /// the last ones of the band above need not be read again.
  void read_band(const ir::TiledBlock& block) {
    const int first = row - row % block.rows;
    const int end = std::min(first + block.rows, output().shape[1]);
    const int last = (end - 1) * block.filter.stride_h - block.filter.padding.top + input(3).shape.at(1);
    const int top = first * block.filter.stride_h - block.filter.padding.top;
    const int overlap = std::max(0, input(3).shape.at(1) - block.filter.stride_h);
    for (int y = block.keeps_rows && first > 0 ? top + overlap : top; y < last; ++y) read_image_row(y);
  }

  /// One input of an element-wise operator, with broadcasting.
  void read_elementwise(std::size_t i) {
    const ir::TensorId id = op.inputs.at(i);
    if (id == ir::no_tensor || graph.tensor(id).is_constant()) return;
    const ir::Tensor& in = graph.tensor(id);
    const std::int64_t rows = output().shape[1];
    if (in.elements() == output().elements()) {
      const std::int64_t row_bytes = in.bytes() / rows;
      reads.push_back({id, row * row_bytes, (row + 1) * row_bytes, in.bytes() == output().bytes()});
      return;
    }
    const std::size_t rank = in.shape.size();
    const bool has_rows = rank >= 3 && in.shape[rank - 3] == rows && rows > 1;
    const std::int64_t row_bytes = has_rows ? in.bytes() / rows : in.bytes();
    const std::int64_t begin = has_rows ? row * row_bytes : 0;
    reads.push_back({id, begin, begin + row_bytes, false});
  }
};

/// TFLite's nearest neighbour, in float as it computes it.
int nearest_row(const ir::ResizeNearest& resize, int row, int in_rows, int out_rows) {
  const bool corners = resize.align_corners && out_rows > 1;
  const float scale = corners ? static_cast<float>(in_rows - 1) / static_cast<float>(out_rows - 1)
                              : static_cast<float>(in_rows) / static_cast<float>(out_rows);
  const float position = (static_cast<float>(row) + (resize.half_pixel_centers ? 0.5F : 0.0F)) * scale;
  const float whole = resize.align_corners ? std::round(position) : std::floor(position);
  return std::clamp(static_cast<int>(whole), 0, in_rows - 1);
}

bool reads_whole_inputs(const ir::Operator& kind) {
  return std::visit(
      ir::Overloaded{
          [](const ir::Conv2D&) { return false; },        [](const ir::DepthwiseConv2D&) { return false; },
          [](const ir::FullyConnected&) { return true; }, [](const ir::Add&) { return false; },
          [](const ir::Sub&) { return false; },           [](const ir::Mul&) { return false; },
          [](const ir::Pool2D&) { return false; },        [](const ir::Mean&) { return true; },
          [](const ir::Pad&) { return false; },           [](const ir::Reshape&) { return true; },
          [](const ir::Transpose&) { return true; },      [](const ir::Concat&) { return true; },
          [](const ir::ResizeNearest&) { return false; }, [](const ir::Softmax&) { return true; },
          [](const ir::Sigmoid&) { return false; },       [](const ir::HardSwish&) { return false; },
          [](const ir::Clamp&) { return false; },         [](const ir::Quantize&) { return false; },
          [](const ir::Dequantize&) { return false; },    [](const ir::ShapeOf&) { return true; },
          [](const ir::StridedSlice&) { return true; },   [](const ir::Pack&) { return true; },
          [](const ir::TiledBlock&) { return false; },
      },
      kind);
}

/// Operators whose element i of the output depends on element i of the inputs, or that read a whole input before they
/// write element after element over it.
bool may_overwrite_inputs(const ir::Operator& kind) {
  return std::holds_alternative<ir::Add>(kind) || std::holds_alternative<ir::Sub>(kind) ||
         std::holds_alternative<ir::Mul>(kind) || std::holds_alternative<ir::Sigmoid>(kind) ||
         std::holds_alternative<ir::HardSwish>(kind) || std::holds_alternative<ir::Clamp>(kind) ||
         std::holds_alternative<ir::Quantize>(kind) || std::holds_alternative<ir::Softmax>(kind) ||
         std::holds_alternative<ir::Reshape>(kind);
}

/// Whether a slice takes a rectangle of an image: neighbouring pixels, with all their channels.
bool takes_rectangle(const ir::Graph& graph, const ir::Op& op) {
  const auto* slice = std::get_if<ir::StridedSlice>(&op.kind);
  if (slice == nullptr || op.inputs.size() != 4) return false;
  const ir::Tensor& in = graph.tensor(op.inputs[0]);
  const ir::Tensor& out = graph.tensor(op.outputs.at(0));
  const auto are_ones = [&](const ir::Tensor& steps) {
    return steps.is_constant() && steps.type == ir::DataType::int32 &&
           steps.values<std::int32_t>() == std::vector<std::int32_t>(4, 1);
  };
  return slice->begin_mask == 0 && slice->shrink_axis_mask == 0 && is_image(in) && is_image(out) &&
         in.shape[3] == out.shape[3] && graph.tensor(op.inputs[1]).is_constant() &&
         are_ones(graph.tensor(op.inputs[3]));
}

}  // namespace

bool computed_by_rows(const ir::Graph& graph, const ir::Op& op) {
  if (!is_image(graph.tensor(op.outputs.at(0)))) return false;
  if (const auto* mean = std::get_if<ir::Mean>(&op.kind))  // Over columns or channels, not over rows.
    return is_image(graph.tensor(op.inputs.at(0))) && std::ranges::find(mean->axes, 1) == mean->axes.end();
  return !reads_whole_inputs(op.kind) || takes_rectangle(graph, op);
}

bool computed_by_channels(const ir::Graph& graph, const Step& step) {
  const ir::Op& op = graph.ops[static_cast<std::size_t>(step.op)];
  return step.kernel.driver == "thimble_dwconv_rows" && computed_by_rows(graph, op);
}

bool can_accumulate(const ir::Graph& graph, const ir::Op& op) {
  const ir::Tensor& in = graph.tensor(op.inputs.at(0));
  if (!is_image(in)) return false;
  if (const auto* mean = std::get_if<ir::Mean>(&op.kind)) {
    const auto is_reduced = [&](int axis) { return std::ranges::find(mean->axes, axis) != mean->axes.end(); };
    return is_reduced(1) && (is_reduced(2) || in.shape[2] == 1) && !is_reduced(3);
  }
  const auto* pool = std::get_if<ir::Pool2D>(&op.kind);
  const ir::Tensor& out = graph.tensor(op.outputs.at(0));
  return pool != nullptr && pool->kind == ir::PoolKind::average && out.elements() == in.shape[3] &&
         pool->filter_h - pool->padding.top >= in.shape[1] && pool->filter_w - pool->padding.left >= in.shape[2];
}

bool keeps_channels(const ir::Graph& graph, const ir::Op& op) {
  return std::holds_alternative<ir::DepthwiseConv2D>(op.kind) &&
         graph.tensor(op.inputs.at(0)).shape.back() == graph.tensor(op.outputs.at(0)).shape.back();
}

std::vector<Read> reads_of_row(const ir::Graph& graph, const ir::Op& op, int row) {
  RowQuery query{graph, op, row, {}};
  std::visit(ir::Overloaded{
                 [&](const ir::Conv2D& conv) {
                   query.read_window(query.input(1).shape.at(1), conv.stride_h, conv.dilation_h, conv.padding.top);
                   if (ir::takes_sums(op)) query.read_elementwise(ir::sums_input);
                 },
                 [&](const ir::DepthwiseConv2D& conv) {
                   query.read_window(query.input(1).shape.at(1), conv.stride_h, conv.dilation_h, conv.padding.top);
                 },
                 [&](const ir::Pool2D& pool) { query.read_window(pool.filter_h, pool.stride_h, 1, pool.padding.top); },
                 [&](const ir::TiledBlock& block) { query.read_band(block); },
                 [&](const ir::Pad& pad) { query.read_image_row(row - pad.amounts.at(1)[0]); },
                 [&](const ir::Mean&) { query.read_image_row(row); },
                 [&](const ir::StridedSlice&) { query.read_sliced_row(); },
                 [&](const ir::ResizeNearest& resize) {
                   query.read_image_row(nearest_row(resize, row, query.input(0).shape[1], query.output().shape[1]));
                 },
                 [&](const auto&) {
                   for (std::size_t i = 0; i < op.inputs.size(); ++i) query.read_elementwise(i);
                 },
             },
             op.kind);
  return query.reads;
}

std::vector<Read> reads_of_all(const ir::Graph& graph, const ir::Op& op) {
  std::vector<Read> reads;
  const std::int64_t out_bytes = graph.tensor(op.outputs.at(0)).bytes();
  for (const ir::TensorId id : op.inputs) {
    if (id == ir::no_tensor || graph.tensor(id).is_constant()) continue;
    const std::int64_t bytes = graph.tensor(id).bytes();
    reads.push_back({id, 0, bytes, may_overwrite_inputs(op.kind) && bytes == out_bytes});
  }
  return reads;
}

}  // namespace thimble::plan
