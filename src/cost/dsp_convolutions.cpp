#include <algorithm>
#include <array>

#include "cost/column_products.h"
#include "cost/families.h"
#include "target/conv_choice.h"

namespace thimble::cost {

namespace {

using target::Convolution;
using target::lean_channels;
using target::lean_depth;

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
  const bool of_27 = run == 9 && c.kernel_h == 3;  // 3x3 over three channels is widened without a copy.
  const double blocks_of_27 = of_27 ? call.rows() * windows.inner_blocks : 0;
  if (!of_27 && run != 3) inner.add_run(run);
  Copies tap;
  if (dilated) tap.add_run(c.in_ch);
  const double inside = dilated ? kernel_rows * windows.taps_inside : 0;
  const double outside = dilated ? kernel_rows * windows.taps_outside : 0;
  const double quads = (c.kernel_h * run + 3) / 4;
  Loops loops;
  append_driver(loops, call, c);
  loops.push_back({"inner blocks", of_27 ? 0 : call.rows() * windows.inner_blocks});
  loops.push_back({"blocks of 27 bytes", blocks_of_27});
  loops.push_back({"rows of 3 bytes", run == 3 ? inner_rows : 0});
  loops.push_back({"other rows", of_27 || run == 3 ? 0 : inner_rows});
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
  loops.push_back({"quads of a block", (blocks.all() - blocks_of_27) * quads});
  loops.push_back({"quads of a lone pixel", blocks.lone * quads});
  append_products(loops, call, c, blocks);
  return loops;
}

/// Pieces of a kernel row, the runs of neighbouring elements in them, which end with a tap, and their elements, for the
/// pixels of an output row that no inner block holds.
struct Pieces {
  double all = 0, inside = 0, outside = 0;
  double elements_inside = 0, elements_outside = 0;
};

/// Output pixels of a row whose windows are gathered one by one: the last block counts its last pixel up to four.
template <typename Visit>
void for_each_lone_window(const Convolution& c, Visit visit) {
  for (int x = 0; x < c.out_w; x += 4) {
    if (x + 4 <= c.out_w && is_inside(c, x) && is_inside(c, x + 3)) continue;
    for (int i = 0; i < 4; ++i) visit(std::min(x + i, c.out_w - 1));
  }
}

Pieces lone_pieces(const Convolution& c) {
  Pieces pieces;
  const int run = c.kernel_w * c.in_ch;
  for_each_lone_window(c, [&](int x) {
    for (int at = 0; at < run; at += lean_depth) {
      pieces.all += 1;
      const int end = std::min(run, at + lean_depth);
      for (int first = at; first < end;) {
        const int tap = first / c.in_ch;
        const int last = std::min(end, (tap + 1) * c.in_ch);
        const int column = x * c.stride_w - c.padding.left + tap * c.dilation_w;
        const bool inside = column >= 0 && column < c.in_w;
        (inside ? pieces.inside : pieces.outside) += 1;
        (inside ? pieces.elements_inside : pieces.elements_outside) += last - first;
        first = last;
      }
    }
  });
  return pieces;
}

/// s8_conv_lean_4x2_dsp: for each group of channels, pieces of kernel rows are widened and multiplied.
Loops lean_convolution(const Call& call) {
  const Convolution c = target::convolution_of(call.graph, call.op).value();
  const double blocks = call.rows() * ((c.out_w + 3) / 4);
  const double inner_blocks = call.rows() * windows_of(c).inner_blocks;
  const double groups = (c.out_ch + lean_channels - 1) / lean_channels;
  const double pairs = (c.out_ch + 1) / 2;
  const int run = c.kernel_w * c.in_ch;
  const double pieces = (run + lean_depth - 1) / lean_depth;
  const double group_rows = groups * c.kernel_h;
  const Pieces lone = lone_pieces(c);
  const double outputs = call.rows() * c.out_w * c.out_ch;
  Loops loops;
  append_driver(loops, call, c);
  loops.push_back({"blocks of pixels", blocks});
  loops.push_back({"groups of channels", blocks * groups});
  loops.push_back({"kernel rows of a group", blocks * group_rows});
  loops.push_back({"pieces", blocks * group_rows * pieces});
  loops.push_back({"inner pieces", inner_blocks * group_rows * pieces});
  loops.push_back({"quads of inner pieces", inner_blocks * group_rows * run / 4});
  loops.push_back({"lone pieces", call.rows() * group_rows * lone.all});
  loops.push_back({"runs inside", call.rows() * group_rows * lone.inside});
  loops.push_back({"quads of runs inside", call.rows() * group_rows * lone.elements_inside / 4});
  loops.push_back({"runs outside", call.rows() * group_rows * lone.outside});
  loops.push_back({"words of runs outside", call.rows() * group_rows * lone.elements_outside / 2});
  loops.push_back({"pairs of a piece", blocks * pairs * c.kernel_h * pieces});
  loops.push_back({"words of a pair", blocks * pairs * c.kernel_h * run / 2});
  loops.push_back({"channels of a block", blocks * c.out_ch});
  loops.push_back({"outputs", outputs});
  loops.push_back({"outliers of a group", blocks * groups * call.outliers});
  loops.push_back({"outliers", call.rows() * c.out_w * call.outliers});
  loops.push_back({"clamped outputs", clamps(call) ? outputs : 0});
  return loops;
}

constexpr std::array dsp_convolutions_counters{
    LoopCounter{"s8_conv_lean_4x2_dsp", lean_convolution},     LoopCounter{"s8_conv_4x2_dsp", convolution_by_four},
    LoopCounter{"s8_conv_any_4x2_dsp", convolution_of_any},    LoopCounter{"s8w16_conv_4x2_dsp", convolution_by_four},
    LoopCounter{"s8w16_conv_any_4x2_dsp", convolution_of_any},
};

}  // namespace

std::span<const LoopCounter> dsp_convolutions() { return dsp_convolutions_counters; }

}  // namespace thimble::cost
