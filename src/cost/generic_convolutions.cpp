#include <array>

#include "cost/families.h"

namespace thimble::cost {

namespace {

/// s8_conv1x1_1x2_generic: for each pixel, for each two output channels, for each input channel.
Loops pointwise(const Call& call) {
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

/// s8_dwconv_generic: for each pixel, input channel, multiplier, row and column of the kernel.
Loops depthwise(const Call& call) {
  const target::Convolution c = target::convolution_of(call.graph, call.op).value();
  const double pixels = call.rows() * c.out_w;
  const double inside = call.rows() * c.kernel_h * taps_inside(c) * c.out_ch;
  Loops loops;
  append_driver(loops, call, c);
  loops.push_back({"pixels", pixels});
  loops.push_back({"input channels", pixels * c.in_ch});
  loops.push_back({"outputs", pixels * c.out_ch});
  loops.push_back({"kernel rows", pixels * c.out_ch * c.kernel_h});
  loops.push_back({"taps inside", inside});
  loops.push_back({"taps outside", pixels * c.out_ch * c.kernel_h * c.kernel_w - inside});
  return loops;
}

constexpr std::array counters{
    LoopCounter{"s8_conv1x1_1x2_generic", pointwise},
    LoopCounter{"s8_conv_1x2_generic", convolution},
    LoopCounter{"s8_dwconv_generic", depthwise},
};

}  // namespace

std::span<const LoopCounter> generic_convolutions() { return counters; }

}  // namespace thimble::cost
