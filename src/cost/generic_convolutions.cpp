#include <algorithm>
#include <array>

#include "cost/families.h"
#include "ir/partial_sums.h"

namespace thimble::cost {

namespace {

/// s8_conv1x1_1x2_generic: for each pixel, for each two output channels, for each input channel.
Loops generic_pointwise(const Call& call) {
  const target::Convolution c = target::convolution_of(call.graph, call.op).value();
  const double pixels = call.rows() * c.out_w;
  const double pairs = pixels * (c.out_ch / 2);
  const double odd = pixels * (c.out_ch % 2);
  Loops loops;
  append_driver(loops, call, c);
  loops.push_back({"pixels", pixels});
  loops.push_back({"pairs of channels", pairs});
  loops.push_back({"odd channels", odd});
  loops.push_back({"input channels", (pairs + odd) * c.in_ch});
  return loops;
}

/// s8_conv1x1_partial_1x2_generic and s8_conv1x1_final_1x2_generic: the same, from sums.
Loops group(const Call& call) {
  const target::Convolution c = target::convolution_of(call.graph, call.op).value();
  const double pixels = call.rows() * c.out_w;
  const double pairs = pixels * (c.out_ch / 2);
  const double odd = pixels * (c.out_ch % 2);
  const double added = ir::takes_sums(call.op) ? 1 : 0;
  return {
      {"calls", 1},
      {"pixels", pixels},
      {"pairs of channels", pairs},
      {"odd channels", odd},
      {"pairs that add to sums", added * (pairs + odd)},
      {"input channels", (pairs + odd) * c.in_ch},
  };
}

/// s8_conv_1x2_generic: the same with taps between; those outside the image multiply by the zero point.
Loops convolution(const Call& call) {
  const target::Convolution c = target::convolution_of(call.graph, call.op).value();
  const double pixels = call.rows() * c.out_w;
  const double pairs = c.out_ch / 2;
  const double odd = c.out_ch % 2;
  const double inside = call.rows() * c.kernel_h * taps_inside(c) * (pairs + odd);
  const double outside = pixels * c.kernel_h * c.kernel_w * (pairs + odd) - inside;
  Loops loops;
  append_driver(loops, call, c);
  loops.push_back({"pixels", pixels});
  loops.push_back({"pairs of channels", pixels * pairs});
  loops.push_back({"odd channels", pixels * odd});
  loops.push_back({"kernel rows", pixels * (pairs + odd) * c.kernel_h});
  loops.push_back({"taps inside", inside});
  loops.push_back({"taps outside", outside});
  loops.push_back({"input channels inside", inside * c.in_ch});
  loops.push_back({"input channels outside", outside * c.in_ch});
  return loops;
}

/// s8_dwconv_generic: channel by channel, the rows under the kernel are copied to a ring as they come.
Loops depthwise(const Call& call) {
  const target::Convolution c = target::convolution_of(call.graph, call.op).value();
  const int height = (c.kernel_h - 1) * c.dilation_h + 1;
  const int read = (c.out_w - 1) * c.stride_w + (c.kernel_w - 1) * c.dilation_w + 1;
  const int top = call.first * c.stride_h - c.padding.top;
  const int bottom = (call.end - 1) * c.stride_h - c.padding.top + height;
  const double inside = std::max(0, std::min(bottom, c.in_h) - std::max(top, 0)) * c.in_ch;
  const double outside = (bottom - top) * c.in_ch - inside;
  const double outputs = call.rows() * c.out_w * c.out_ch;
  return {
      {"calls", 1},
      {"bytes of the ring", static_cast<double>(height) * std::max(read, c.padding.left + c.in_w)},
      {"input channels", static_cast<double>(c.in_ch)},
      {"copied rows", inside},
      {"copied pixels", inside * c.in_w},
      {"rows of zero points", outside},
      {"pixels of zero points", outside * c.in_w},
      {"output rows", call.rows() * c.in_ch},
      {"rows under the kernel", call.rows() * c.in_ch * c.kernel_h},
      {"output rows of channels", call.rows() * c.out_ch},
      {"outputs", outputs},
      {"rows of an output", outputs * c.kernel_h},
      {"taps", outputs * c.kernel_h * c.kernel_w},
  };
}

constexpr std::array generic_convolutions_counters{
    LoopCounter{"s8_conv1x1_1x2_generic", generic_pointwise},
    LoopCounter{"s8_conv1x1_partial_1x2_generic", group},
    LoopCounter{"s8_conv1x1_final_1x2_generic", group},
    LoopCounter{"s8_conv_1x2_generic", convolution},
    LoopCounter{"s8_dwconv_generic", depthwise},
};

}  // namespace

std::span<const LoopCounter> generic_convolutions() { return generic_convolutions_counters; }

}  // namespace thimble::cost
