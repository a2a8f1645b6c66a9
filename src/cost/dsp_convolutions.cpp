#include <algorithm>
#include <array>

#include "cost/families.h"

namespace thimble::cost {

namespace {

using target::Convolution;

/// How a run of pixels falls into blocks of four, or three at its end, and lone pixels.
struct Blocks {
  double of_four = 0, of_three = 0, lone = 0;

  double all() const { return of_four + of_three; }
  double pixels() const { return 4 * of_four + 3 * of_three; }
};

Blocks blocks_of(double runs, int pixels) {
  const int rest = pixels % 4;
  return {runs * (pixels / 4), rest == 3 ? runs : 0, rest == 3 ? 0 : runs * rest};
}

/// kernels/dsp/columns.h: products of the columns of `blocks` with all weights, and the outputs. A column's words go
/// two at a time, four words a round.
void append_products(Loops& loops, const Call& call, const Convolution& c, const Blocks& blocks) {
  const int depth = c.kernel_h * c.kernel_w * c.in_ch;
  const int words = (depth + 3) / 4 * 2;
  const int pairs = c.out_ch / 2;
  const int odd = c.out_ch % 2;
  const double block_pairs = blocks.all() * pairs;
  loops.push_back({"blocks of pixels", blocks.all()});
  loops.push_back({"pairs of a block", block_pairs});
  loops.push_back({"words of a block", block_pairs * words});
  loops.push_back({"rounds of a block", block_pairs * ((words + 3) / 4)});
  loops.push_back({"half rounds of a block", words % 4 != 0 ? block_pairs : 0});
  loops.push_back({"odd channels of a block", blocks.pixels() * odd});
  loops.push_back({"words of odd channels of a block", blocks.pixels() * odd * words});
  loops.push_back({"lone pixels", blocks.lone});
  loops.push_back({"pairs of a lone pixel", blocks.lone * pairs});
  loops.push_back({"odd channels of a lone pixel", blocks.lone * odd});
  loops.push_back({"words of a lone pixel", blocks.lone * (pairs + odd) * words});
  loops.push_back({"clamped outputs", clamps(call) ? call.rows() * c.out_w * c.out_ch : 0});
}

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

/// The windows of one output row, as kernels/dsp/im2col.h gathers them.
struct Windows {
  double inner_blocks = 0;   ///< Four pixels, all windows inside the image.
  double inner_pixels = 0;   ///< Other pixels whose windows are inside.
  double border_pixels = 0;  ///< Pixels whose windows reach outside.
  double taps_inside = 0;    ///< Of a kernel row of those.
  double taps_outside = 0;
};

bool is_inside(const Convolution& c, int x) {
  const int left = x * c.stride_w - c.padding.left;
  return c.dilation_w == 1 && left >= 0 && left + c.kernel_w <= c.in_w;
}

/// Calls `visit` with the first pixel and the number of pixels of each block of an output row, lone pixels too.
template <typename Visit>
void for_each_window(const Convolution& c, Visit visit) {
  int now = 0;
  for (int x = 0; x < c.out_w; x += now) {
    const int left = c.out_w - x;
    now = left > 2 ? std::min(left, 4) : 1;
    visit(x, now);
  }
}

Windows windows_of(const Convolution& c) {
  Windows windows;
  for_each_window(c, [&](int first, int now) {
    if (now == 4 && is_inside(c, first) && is_inside(c, first + 3)) {
      windows.inner_blocks += 1;
      return;
    }
    for (int x = first; x < first + now; ++x) {
      if (is_inside(c, x)) {
        windows.inner_pixels += 1;
        continue;
      }
      windows.border_pixels += 1;
      for (int k = 0; k < c.kernel_w; ++k) {
        const int column = x * c.stride_w - c.padding.left + k * c.dilation_w;
        (column >= 0 && column < c.in_w ? windows.taps_inside : windows.taps_outside) += 1;
      }
    }
  });
  return windows;
}

/// s8_conv_4x2_dsp: rows of windows are widened whole, taps one by one at the border.
Loops convolution_by_four(const Call& call) {
  const Convolution c = target::convolution_of(call.graph, call.op).value();
  const Windows windows = windows_of(c);
  const double kernel_rows = call.rows() * c.kernel_h;
  const double quads = c.kernel_w * c.in_ch / 4;
  Loops loops;
  append_driver(loops, call, c);
  loops.push_back({"inner blocks", call.rows() * windows.inner_blocks});
  loops.push_back({"rows of an inner block", kernel_rows * windows.inner_blocks});
  loops.push_back({"quads of an inner block", kernel_rows * windows.inner_blocks * quads});
  loops.push_back({"inner pixels", call.rows() * windows.inner_pixels});
  loops.push_back({"rows of an inner pixel", kernel_rows * windows.inner_pixels});
  loops.push_back({"quads of an inner pixel", kernel_rows * windows.inner_pixels * quads});
  loops.push_back({"border pixels", call.rows() * windows.border_pixels});
  loops.push_back({"rows of a border pixel", kernel_rows * windows.border_pixels});
  loops.push_back({"taps inside", kernel_rows * windows.taps_inside});
  loops.push_back({"quads of taps inside", kernel_rows * windows.taps_inside * c.in_ch / 4});
  loops.push_back({"taps outside", kernel_rows * windows.taps_outside});
  loops.push_back({"words of taps outside", kernel_rows * windows.taps_outside * c.in_ch / 2});
  append_products(loops, call, c, blocks_of(call.rows(), c.out_w));
  return loops;
}

/// What s8_conv_any_4x2_dsp copies of one kernel row for the pixels of an output row that no inner block holds.
struct Copies {
  double words = 0, whole_runs = 0, last_words = 0;  ///< Runs of four bytes or more: those of whole words, and others.
  double bytes = 0;                                  ///< Of shorter runs.
  double fills = 0, filled = 0;                      ///< Runs of zero points, and their bytes.

  void add_run(int count) {
    if (count >= 4) {
      words += count / 4;
      (count % 4 == 0 ? whole_runs : last_words) += 1;
    } else {
      bytes += count;
    }
  }
  void add_fill(int count) {
    fills += count > 0 ? 1 : 0;
    filled += count;
  }
};

/// Runs on both sides of which zero points stand.
Copies run_copies(const Convolution& c) {
  Copies copies;
  for_each_window(c, [&](int x, int now) {
    if (now == 4 && is_inside(c, x) && is_inside(c, x + 3)) return;
    for (int i = x; i < x + now; ++i) {
      const int left = i * c.stride_w - c.padding.left;
      const int before = std::clamp(-left, 0, c.kernel_w);
      const int after = std::clamp(left + c.kernel_w - c.in_w, 0, c.kernel_w - before);
      copies.add_run((c.kernel_w - before - after) * c.in_ch);
      copies.add_fill(before * c.in_ch);
      copies.add_fill(after * c.in_ch);
    }
  });
  return copies;
}

/// s8_conv_any_4x2_dsp: bytes are gathered first, by rows of the windows, or tap by tap if dilated, then widened.
Loops convolution_of_any(const Call& call) {
  const Convolution c = target::convolution_of(call.graph, call.op).value();
  const Windows windows = windows_of(c);
  const Blocks blocks = blocks_of(call.rows(), c.out_w);
  const double kernel_rows = call.rows() * c.kernel_h;
  const double inner_rows = kernel_rows * windows.inner_blocks;
  const double others = windows.inner_pixels + windows.border_pixels;
  const bool dilated = c.dilation_w != 1;
  const Copies runs = dilated ? Copies{} : run_copies(c);
  Copies inner;
  const int run = c.kernel_w * c.in_ch;
  const bool constant_run = run == 9 || run == 3;
  if (!constant_run) inner.add_run(run);
  Copies tap;
  if (dilated) tap.add_run(c.in_ch);
  const double inside = dilated ? kernel_rows * windows.taps_inside : 0;
  const double outside = dilated ? kernel_rows * windows.taps_outside : 0;
  const double quads = (c.kernel_h * run + 3) / 4;
  Loops loops;
  append_driver(loops, call, c);
  loops.push_back({"inner blocks", call.rows() * windows.inner_blocks});
  loops.push_back({"rows of 9 bytes", run == 9 ? inner_rows : 0});
  loops.push_back({"rows of 3 bytes", run == 3 ? inner_rows : 0});
  loops.push_back({"other rows", constant_run ? 0 : inner_rows});
  loops.push_back({"words of other rows", inner_rows * inner.words});
  loops.push_back({"whole other rows", inner_rows * inner.whole_runs});
  loops.push_back({"last words of other rows", inner_rows * inner.last_words});
  loops.push_back({"bytes of other rows", inner_rows * inner.bytes});
  loops.push_back({"other pixels", dilated ? 0 : call.rows() * others});
  loops.push_back({"rows of other pixels", dilated ? 0 : kernel_rows * others});
  loops.push_back({"words of runs", kernel_rows * runs.words});
  loops.push_back({"whole runs", kernel_rows * runs.whole_runs});
  loops.push_back({"last words of runs", kernel_rows * runs.last_words});
  loops.push_back({"bytes of runs", kernel_rows * runs.bytes});
  loops.push_back({"fills beside runs", kernel_rows * runs.fills});
  loops.push_back({"zero points beside runs", kernel_rows * runs.filled});
  loops.push_back({"dilated pixels", dilated ? call.rows() * others : 0});
  loops.push_back({"rows of dilated pixels", dilated ? kernel_rows * others : 0});
  loops.push_back({"taps inside", inside});
  loops.push_back({"words of taps", inside * tap.words});
  loops.push_back({"last words of taps", inside * tap.last_words});
  loops.push_back({"bytes of taps", inside * tap.bytes});
  loops.push_back({"taps outside", outside});
  loops.push_back({"bytes of taps outside", outside * c.in_ch});
  loops.push_back({"quads of a block", blocks.all() * quads});
  loops.push_back({"quads of a lone pixel", blocks.lone * quads});
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
  loops.push_back({"clamped outputs", clamps(call) ? pixels * c.out_ch : 0});
  return loops;
}

constexpr std::array counters{
    LoopCounter{"s8_conv1x1_4x2_dsp", pointwise},
    LoopCounter{"s8_conv_4x2_dsp", convolution_by_four},
    LoopCounter{"s8_conv_any_4x2_dsp", convolution_of_any},
    LoopCounter{"s8_conv1x1_1x4_dsp", few_pixels},
    LoopCounter{"s8w16_conv1x1_4x2_dsp", pointwise},
    LoopCounter{"s8w16_conv_4x2_dsp", convolution_by_four},
    LoopCounter{"s8w16_conv_any_4x2_dsp", convolution_of_any},
    LoopCounter{"s8w16_conv1x1_1x4_dsp", few_pixels},
};

}  // namespace

std::span<const LoopCounter> dsp_convolutions() { return counters; }

}  // namespace thimble::cost
