#include <algorithm>
#include <array>

#include "cost/families.h"

namespace thimble::cost {

namespace {

using target::Convolution;

/// kernels/dsp/dwconv_planes.h: for each four channels, rows are widened to planes as they come under the kernel, and
/// each channel of an output row is computed by blocks of four pixels.
Loops planes(const Call& call) {
  const Convolution c = target::convolution_of(call.graph, call.op).value();
  const int size = c.kernel_h;
  const int top = call.first * c.stride_h - c.padding.top;
  const int bottom = (call.end - 1) * c.stride_h - c.padding.top + size;
  const double inside = std::max(0, std::min(bottom, c.in_h) - std::max(top, 0));
  const double outside = bottom - top - inside;
  const double groups = c.in_ch / 4;
  const int rest = c.in_ch % 4;
  const int reach = ((c.out_w + 3) / 4 * 4 - 1) * c.stride_w + size + 1;
  const int plane_words = (std::max(reach, c.padding.left + c.in_w) + 1) / 2;
  const double channel_rows = call.rows() * c.in_ch;
  return {
      {"calls", 1},
      {"words of the ring", 4.0 * size * plane_words},
      {"groups", groups + (rest > 0 ? 1 : 0)},
      {"channels", static_cast<double>(c.in_ch)},
      {"widened rows", inside * groups},
      {"widened pairs of pixels", inside * groups * (c.in_w / 2)},
      {"widened last pixels", c.in_w % 2 == 1 ? inside * groups : 0},
      {"rows of left-over channels", inside * rest},
      {"pixels of left-over channels", inside * rest * c.in_w},
      {"rows of zero points", outside * c.in_ch},
      {"pixels of zero points", outside * c.in_ch * c.in_w},
      {"output rows", call.rows() * (groups + (rest > 0 ? 1 : 0))},
      {"output rows of channels", channel_rows},
      {"blocks of four", channel_rows * (c.out_w / 4 + (c.out_w % 4 == 3 ? 1 : 0))},
      {"left-over pixels", c.out_w % 4 == 1 || c.out_w % 4 == 2 ? channel_rows : 0},
      {"clamped rows", clamps(call) ? call.rows() : 0},
      {"clamped outputs", clamps(call) ? channel_rows * c.out_w : 0},
  };
}

constexpr std::array counters{
    LoopCounter{"s8_dwconv_3x3s1_dsp", planes}, LoopCounter{"s8_dwconv_3x3s2_dsp", planes},
    LoopCounter{"s8_dwconv_5x5s1_dsp", planes}, LoopCounter{"s8_dwconv_5x5s2_dsp", planes},
    LoopCounter{"s8_dwconv_7x7s1_dsp", planes}, LoopCounter{"s8_dwconv_7x7s2_dsp", planes},
};

}  // namespace

std::span<const LoopCounter> dsp_depthwise() { return counters; }

}  // namespace thimble::cost
