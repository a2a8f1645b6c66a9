#include <array>

#include "cost/column_products.h"
#include "cost/families.h"

namespace thimble::cost {

namespace {

using target::Convolution;

/// s8_conv1x1_4x2_dsp: pixels are widened four at a time, or one by one where a block is not whole or channels are not
/// a multiple of four.
Loops pointwise(const Call& call) {
  const Convolution c = target::convolution_of(call.graph, call.op).value();
  const Blocks blocks =
      c.is_pointwise() ? blocks_of(1, (call.end - call.first) * c.out_w) : blocks_of(call.rows(), c.out_w);
  const bool by_four = c.in_ch % 4 == 0;
  const double quads = c.in_ch / 4;
  const double single = by_four ? 3 * blocks.of_three : blocks.pixels();
  Loops loops;
  append_driver(loops, call, c);
  loops.push_back({"widened blocks", by_four ? blocks.of_four : 0});
  loops.push_back({"widened quads of a block", by_four ? blocks.of_four * quads : 0});
  loops.push_back({"widened pixels", single});
  loops.push_back({"widened quads of a pixel", single * quads});
  loops.push_back({"widened quads of a lone pixel", blocks.lone * quads});
  loops.push_back({"last channels of a pixel", by_four ? 0 : single});
  loops.push_back({"last channels of a lone pixel", by_four ? 0 : blocks.lone});
  loops.push_back({"bytes of last channels", (single + blocks.lone) * (c.in_ch % 4)});
  append_products(loops, call, c, blocks);
  return loops;
}

/// kernels/dsp/few_pixels.h: one pixel by four channels, four input channels a step, two steps a round.
Loops few_pixels(const Call& call) {
  const Convolution c = target::convolution_of(call.graph, call.op).value();
  const double pixels = call.rows() * c.out_w;
  const double fours = pixels * ((c.out_ch + 3) / 4);
  const int steps = c.in_ch / 4;
  const int rest = c.in_ch % 4;
  Loops loops;
  append_driver(loops, call, c);
  loops.push_back({"pixels", pixels});
  loops.push_back({"fours of channels", fours});
  loops.push_back({"products", steps > 0 ? fours : 0});
  loops.push_back({"steps", fours * steps});
  loops.push_back({"rounds", fours * ((steps + 1) / 2)});
  loops.push_back({"last channels", rest > 0 ? fours : 0});
  loops.push_back({"bytes of last channels", fours * rest});
  loops.push_back({"outputs", pixels * c.out_ch});
  append_outliers(loops, call, pixels, steps);
  loops.push_back({"clamped outputs", clamps(call) ? pixels * c.out_ch : 0});
  return loops;
}

constexpr std::array counters{
    LoopCounter{"s8_conv1x1_4x2_dsp", pointwise},
    LoopCounter{"s8w16_conv1x1_4x2_dsp", pointwise},
    LoopCounter{"s8_conv1x1_1x4_dsp", few_pixels},
    LoopCounter{"s8w16_conv1x1_1x4_dsp", few_pixels},
};

}  // namespace

std::span<const LoopCounter> dsp_pointwise() { return counters; }

}  // namespace thimble::cost
