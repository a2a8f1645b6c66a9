#include <algorithm>
#include <array>

#include "cost/families.h"

namespace thimble::cost {

namespace {

using target::Convolution;

int reach(int kernel, int dilation) { return (kernel - 1) * dilation + 1; }

/// Words of a row of one widened channel: thimble_plane_row of kernels/dsp/dwconv_planes.h.
double plane_words(int in, int out, int before, int size, int stride) {
  const int read = ((out + 3) / 4 * 4 - 1) * stride + (size | 1) + 1;
  return (std::max(read, before + in) + 1) / 2;
}

/// What kernels/dsp/dwconv_planes.h does but for the products: for each four channels, rows are widened to planes as
/// they come under the kernel. Once for each of `multiplier` outputs of a channel.
void append_planes(Loops& loops, const Call& call, const Convolution& c) {
  const int height = reach(c.kernel_h, c.dilation_h);
  const int top = call.first * c.stride_h - c.padding.top;
  const int bottom = (call.end - 1) * c.stride_h - c.padding.top + height;
  const double inside = std::max(0, std::min(bottom, c.in_h) - std::max(top, 0)) * c.multiplier();
  const double whole = c.in_ch / 4;
  const int rest = c.in_ch % 4;
  const double groups = (whole + (rest > 0 ? 1 : 0)) * c.multiplier();
  const double row = plane_words(c.in_w, c.out_w, c.padding.left, reach(c.kernel_w, c.dilation_w), c.stride_w);
  const double outside = (bottom - top) * groups - inside * groups / c.multiplier();
  loops.push_back({"words of the ring", 4.0 * height * row * c.multiplier()});
  loops.push_back({"groups", groups});
  loops.push_back({"channels", static_cast<double>(c.out_ch)});
  loops.push_back({"widened rows", inside * whole});
  loops.push_back({"widened pairs of pixels", inside * whole * (c.in_w / 2)});
  loops.push_back({"widened last pixels", c.in_w % 2 == 1 ? inside * whole : 0});
  loops.push_back({"rows of left-over channels", inside * rest});
  loops.push_back({"pixels of left-over channels", inside * rest * c.in_w});
  loops.push_back({"rows of zero points", outside});
  loops.push_back({"words of zero points", outside * 4 * row});
  loops.push_back({"output rows", call.rows() * groups});
  loops.push_back({"output rows of channels", call.rows() * c.out_ch});
}

/// Outliers, row by row, and the second pass that clamps.
void append_others(Loops& loops, const Call& call, const Convolution& c) {
  loops.push_back({"rows of outliers", call.rows() * call.outliers});
  loops.push_back({"outputs of outliers", call.rows() * call.outliers * c.out_w});
  loops.push_back({"clamped rows", clamps(call) ? call.rows() : 0});
  loops.push_back({"clamped outputs", clamps(call) ? call.rows() * c.out_ch * c.out_w : 0});
}

/// Square kernels, unrolled: four outputs at a time, then one or two.
Loops square(const Call& call) {
  const Convolution c = target::convolution_of(call.graph, call.op).value();
  const double channel_rows = call.rows() * c.out_ch;
  const int rest = c.out_w % 4;
  Loops loops{{"calls", 1}};
  append_planes(loops, call, c);
  loops.push_back({"blocks of four", channel_rows * (c.out_w / 4 + (rest == 3 ? 1 : 0))});
  loops.push_back({"left-over pixels", rest == 1 || rest == 2 ? channel_rows : 0});
  append_others(loops, call, c);
  return loops;
}

/// What 3x3 kernels do to widen `steps` pairs of rows of four channels to columns, kernels/dsp/dwconv_windows.h.
void append_columns(Loops& loops, const Convolution& c, int columns, int steps) {
  const int row_columns = (c.out_w - 1) * c.stride_w + 3;
  const int width = std::min(c.in_w, row_columns - c.padding.left);
  const double whole = c.in_ch / 4;
  const int rest = c.in_ch % 4;
  const double groups = whole + (rest > 0 ? 1 : 0);
  loops.push_back({"words of the columns", 8.0 * columns});
  loops.push_back({"groups", groups});
  loops.push_back({"channels", static_cast<double>(c.out_ch)});
  loops.push_back({"pairs of rows", groups * steps});
  loops.push_back({"widened pixels", whole * steps * width});
  loops.push_back({"pixels of left-over channels", rest > 0 ? static_cast<double>(steps) * width : 0});
  loops.push_back({"elements of left-over channels", static_cast<double>(steps) * width * rest});
}

/// Outputs of a channel's rows: four at a time, then two, then one.
void append_requantizations(Loops& loops, const Convolution& c, double channel_rows) {
  const int rest = c.out_w % 4;
  loops.push_back({"output rows of channels", channel_rows});
  loops.push_back({"fours of outputs", channel_rows * (c.out_w / 4)});
  loops.push_back({"left-over pairs of outputs", rest >= 2 ? channel_rows : 0});
  loops.push_back({"left-over outputs", rest % 2 == 1 ? channel_rows : 0});
}

/// Each channel is looked up among the outliers, if there are any.
void append_lookups(Loops& loops, const Call& call, const Convolution& c) {
  loops.push_back({"channels looked up", call.outliers > 0 ? c.out_ch : 0.0});
  loops.push_back({"outliers looked at", static_cast<double>(c.out_ch) * call.outliers});
}

/// 3x3 kernels, row by row: pairs of rows of four channels are widened to columns; sums three at a time.
Loops windows(const Call& call) {
  const Convolution c = target::convolution_of(call.graph, call.op).value();
  const int rows = call.end - call.first;
  const int steps = (c.stride_w == 1 ? (rows + 1) / 2 : rows) + 1;
  const double groups = (c.in_ch + 3) / 4;
  const double channel_rows = call.rows() * c.out_ch;
  Loops loops{{"calls", 1}};
  append_columns(loops, c, (c.out_w - 1) * c.stride_w + 3, steps);
  if (c.stride_w == 1) loops.push_back({"channels with lower taps", rows > 1 ? c.out_ch : 0.0});
  loops.push_back({"output rows", call.rows() * groups});
  loops.push_back({"threes of sums", channel_rows * ((c.out_w + 2) / 3)});
  append_requantizations(loops, c, channel_rows);
  append_lookups(loops, call, c);
  append_others(loops, call, c);
  return loops;
}

/// 3x3 kernels, all rows at once, kernels/dsp/dwconv_images.h: rows of the same taps in one pass.
Loops images(const Call& call) {
  const Convolution c = target::convolution_of(call.graph, call.op).value();
  const int rows = call.end - call.first;
  const int tap_rows = c.stride_w == 1 ? 2 : 1;
  const int steps = (rows + tap_rows - 1) / tap_rows;
  const int row_columns = (c.out_w - 1) * c.stride_w + 3;
  const bool shares = c.padding.left > 0 && c.padding.left + c.in_w < row_columns;
  const int row_sums = (row_columns - (shares ? 1 : 0) + c.stride_w - 1) / c.stride_w;
  const double groups = (c.in_ch + 3) / 4;
  double passes = 0;
  double threes = 0;
  for (int i = 0; i < tap_rows && i < rows; ++i) {
    const int pass_rows = (rows - i + tap_rows - 1) / tap_rows;
    passes += 1;
    threes += ((pass_rows - 1) * row_sums + c.out_w + 2) / 3;
  }
  Loops loops{{"calls", 1}};
  append_columns(loops, c, (steps - 1) * row_sums * c.stride_w + row_columns, steps + 1);
  loops.push_back({"passes", groups * passes});
  loops.push_back({"passes of channels", c.out_ch * passes});
  loops.push_back({"threes of sums", c.out_ch * threes});
  append_requantizations(loops, c, call.rows() * c.out_ch);
  append_lookups(loops, call, c);
  append_others(loops, call, c);
  return loops;
}

/// s8_dwconv_3x3s1_tall_dsp: all columns of four channels are widened, and computed as rows.
Loops tall(const Call& call) {
  const Convolution c = target::convolution_of(call.graph, call.op).value();
  const int top = call.first - c.padding.top;
  const int rows = std::min(call.end - c.padding.top + 2, c.in_h) - std::max(top, 0);
  const double columns = std::min(c.out_w + 2 - c.padding.left, c.in_w);
  const double whole = c.in_ch / 4;
  const int rest = c.in_ch % 4;
  const double groups = whole + (rest > 0 ? 1 : 0);
  const int run = call.end - call.first;
  const double runs = static_cast<double>(c.out_w) * c.out_ch;
  Loops loops{
      {"calls", 1},
      {"words of the planes", 4.0 * (c.out_w + 2) * plane_words(c.in_h, c.out_h, c.padding.top, 3, 1)},
      {"groups", groups},
      {"channels", static_cast<double>(c.out_ch)},
      {"widened columns", columns * whole},
      {"widened pairs of pixels", columns * whole * (rows / 2)},
      {"widened last pixels", rows % 2 == 1 ? columns * whole : 0},
      {"columns of left-over channels", rest > 0 ? columns : 0},
      {"pixels of left-over channels", rest > 0 ? columns * rows : 0},
      {"elements of left-over channels", columns * rows * rest},
      {"output columns", groups * c.out_w},
      {"output columns of channels", runs},
      {"blocks of four", runs * (run / 4 + (run % 4 == 3 ? 1 : 0))},
      {"left-over pixels", run % 4 == 1 || run % 4 == 2 ? runs : 0},
  };
  append_others(loops, call, c);
  return loops;
}

/// s8_dwconv_any_dsp: any kernel, four outputs at a time; an image of one column as one row.
Loops any(const Call& call) {
  const Convolution c = target::convolution_of(call.graph, call.op).value();
  const bool is_column = c.in_w == 1 && c.out_w == 1 && c.kernel_w == 1 && c.padding.left == 0;
  const double groups = (c.in_ch + 3) / 4 * c.multiplier();
  const double read = std::min((call.end - 1) * c.stride_h - c.padding.top + reach(c.kernel_h, c.dilation_h), c.in_h) -
                      std::max(0, call.first * c.stride_h - c.padding.top);
  const double column_words =
      4 * plane_words(c.in_h, c.out_h, c.padding.top, reach(c.kernel_h, c.dilation_h), c.stride_h);

  const double tap_rows = is_column ? 1 : c.kernel_h;
  const double tap_words = (is_column ? reach(c.kernel_h, c.dilation_h) : reach(c.kernel_w, c.dilation_w)) / 2 + 1;
  const double runs = is_column ? c.out_ch : call.rows() * c.out_ch;
  const int run = is_column ? call.end - call.first : c.out_w;
  const double blocks = runs * ((run + 3) / 4);

  Loops loops{{"calls", 1}, {"multiples", static_cast<double>(c.multiplier())}};
  append_planes(loops, call, c);
  if (is_column) {
    for (Loop& loop : loops) loop.times = loop.name == "calls" || loop.name == "multiples" ? loop.times : 0;
  }
  loops.push_back({"words of a column", is_column ? column_words * c.multiplier() : 0});
  loops.push_back({"groups of a column", is_column ? groups : 0});
  loops.push_back({"channels of a column", is_column ? c.out_ch : 0.0});
  loops.push_back({"pixels of a column", is_column ? groups * read : 0});
  loops.push_back({"elements of a column", is_column ? c.out_ch * read : 0});
  const bool dilated = (is_column ? c.dilation_h : c.dilation_w) > 1;
  const double tap_kinds = (is_column ? c.stride_h : c.stride_w) % 2 + 1;
  loops.push_back({"rows of taps", dilated ? 0 : c.out_ch * tap_rows});
  loops.push_back({"words of taps", dilated ? 0 : c.out_ch * tap_rows * tap_words * tap_kinds});
  loops.push_back({"rows of dilated taps", dilated ? c.out_ch * tap_rows : 0});
  loops.push_back({"words of dilated taps", dilated ? c.out_ch * tap_rows * tap_words * tap_kinds : 0});
  loops.push_back({"rows under the kernel", is_column ? 0 : call.rows() * groups * c.kernel_h});
  loops.push_back({"blocks of four", blocks});
  loops.push_back({"rows of a block", blocks * tap_rows});
  loops.push_back({"words of a block", blocks * tap_rows * tap_words});
  loops.push_back({"outputs", runs * run});
  append_others(loops, call, c);
  return loops;
}

constexpr std::array dsp_depthwise_counters{
    LoopCounter{"s8_dwconv_3x3s1_dsp", windows},      LoopCounter{"s8_dwconv_3x3s2_dsp", windows},
    LoopCounter{"s8_dwconv_3x3s1_image_dsp", images}, LoopCounter{"s8_dwconv_3x3s2_image_dsp", images},
    LoopCounter{"s8_dwconv_5x5s1_dsp", square},       LoopCounter{"s8_dwconv_5x5s2_dsp", square},
    LoopCounter{"s8_dwconv_7x7s1_dsp", square},       LoopCounter{"s8_dwconv_7x7s2_dsp", square},
    LoopCounter{"s8_dwconv_3x3s1_tall_dsp", tall},    LoopCounter{"s8_dwconv_any_dsp", any},
};

}  // namespace

std::span<const LoopCounter> dsp_depthwise() { return dsp_depthwise_counters; }

}  // namespace thimble::cost
