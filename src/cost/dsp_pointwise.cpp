#include <array>

#include "cost/column_products.h"
#include "cost/families.h"
#include "ir/partial_sums.h"

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

/// kernels/dsp/sums_pixels.h: the same blocks of pixels, but pairs of channels are one call of the inner loop each, and
/// an odd channel is a pair with zeros. Rows count as one run: whether they are depends on where the sums lie.
void append_group(Loops& loops, const Call& call) {
  const Convolution c = target::convolution_of(call.graph, call.op).value();
  const Blocks blocks = blocks_of(1, (call.end - call.first) * c.out_w);
  const bool by_four = c.in_ch % 4 == 0;
  const double quads = c.in_ch / 4;
  const double single = by_four ? 3 * blocks.of_three : blocks.pixels();
  const int words = (c.in_ch + 3) / 4 * 2;
  const double pairs = (c.out_ch + 1) / 2;
  const double odd = c.out_ch % 2;
  const double added = ir::takes_sums(call.op) ? 1 : 0;
  loops.push_back({"calls", 1});
  loops.push_back({"widened blocks", by_four ? blocks.of_four : 0});
  loops.push_back({"widened quads of a block", by_four ? blocks.of_four * quads : 0});
  loops.push_back({"widened pixels", single});
  loops.push_back({"widened quads of a pixel", single * quads});
  loops.push_back({"widened quads of a lone pixel", blocks.lone * quads});
  loops.push_back({"last channels of a pixel", by_four ? 0 : single + blocks.lone});
  loops.push_back({"blocks of pixels", blocks.all()});
  loops.push_back({"blocks that add to sums", added * blocks.all()});
  loops.push_back({"pairs of a block", blocks.all() * pairs});
  loops.push_back({"pairs of a block of three", blocks.of_three * pairs});
  loops.push_back({"odd channels of a block", blocks.all() * odd});
  loops.push_back({"pairs that add to sums", added * blocks.all() * pairs});
  loops.push_back({"words of a block", blocks.all() * pairs * words});
  loops.push_back({"lone pixels", blocks.lone});
  loops.push_back({"pairs of a lone pixel", blocks.lone * pairs});
  loops.push_back({"words of a lone pixel", blocks.lone * pairs * words});
}

Loops partial(const Call& call) {
  Loops loops;
  append_group(loops, call);
  return loops;
}

Loops final_group(const Call& call) {
  const Convolution c = target::convolution_of(call.graph, call.op).value();
  const double pixels = call.rows() * c.out_w;
  Loops loops;
  append_group(loops, call);
  append_outliers(loops, call, pixels, (c.in_ch + 3) / 4 * 2);
  loops.push_back({"clamped outputs", clamps(call) ? pixels * c.out_ch : 0});
  return loops;
}

constexpr std::array dsp_pointwise_counters{
    LoopCounter{"s8_conv1x1_partial_4x2_dsp", partial}, LoopCounter{"s8_conv1x1_final_4x2_dsp", final_group},
    LoopCounter{"s8_conv1x1_4x2_dsp", pointwise},       LoopCounter{"s8w16_conv1x1_4x2_dsp", pointwise},
    LoopCounter{"s8_conv1x1_1x4_dsp", few_pixels},      LoopCounter{"s8w16_conv1x1_1x4_dsp", few_pixels},
};

}  // namespace

std::span<const LoopCounter> dsp_pointwise() { return dsp_pointwise_counters; }

}  // namespace thimble::cost
