#include "target/depthwise_choice.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "target/kernel_variants.h"
#include "target/weight_layout.h"

namespace thimble::target {

namespace {

/// A kernel and the scratch that it needs.
struct DepthwiseKernel {
  std::string kernel;
  std::int64_t scratch_bytes = 0;
  std::string reason;
};

/// Columns or rows under a kernel.
int reach(int kernel, int dilation) { return (kernel - 1) * dilation + 1; }

/// Bytes of a row of one widened channel: thimble_plane_row of kernels/dsp/dwconv_planes.h.
std::int64_t plane_row(int in, int out, int before, int size, int stride) {
  const int read = ((out + 3) / 4 * 4 - 1) * stride + (size | 1) + 1;
  const int filled = before + in;
  return 2 * std::int64_t{(std::max(read, filled) + 1) / 2 * 2};
}

/// Bytes of the taps of four channels, for outputs at even columns and, where there are such, at odd ones.
std::int64_t tap_bytes(int rows, int size, int stride) {
  return 4 * std::int64_t{rows} * (size / 2 + 1) * (stride % 2 == 1 ? 2 : 1) * 4;
}

/// A kernel of one column over an image of one column works on its transpose: kernels/dsp/s8_dwconv_any_dsp.h.
bool is_column(const Convolution& c) { return c.in_w == 1 && c.out_w == 1 && c.kernel_w == 1 && c.padding.left == 0; }

std::int64_t any_dsp_scratch(const Convolution& c) {
  const int height = reach(c.kernel_h, c.dilation_h);
  const int width = reach(c.kernel_w, c.dilation_w);
  if (is_column(c))
    return 4 * plane_row(c.in_h, c.out_h, c.padding.top, height, c.stride_h) + tap_bytes(1, height, c.stride_h);
  return 4 * height * plane_row(c.in_w, c.out_w, c.padding.left, width, c.stride_w) +
         tap_bytes(c.kernel_h, width, c.stride_w);
}

/// kernels/dsp/dwconv_windows.h: columns of four channels, sums, and taps.
std::int64_t window_bytes(const Convolution& c, std::int64_t columns, std::int64_t sums) {
  const std::int64_t words = std::max((sums + 2) / 3 * 3, std::int64_t{c.stride_w == 1 ? 3 : 4});
  return 4 * 8 * columns + 4 * words + 4 * 4 * 9 * (c.stride_w == 1 ? 2 : 1);
}

/// Columns that a row of outputs reads.
std::int64_t window_columns(const Convolution& c) { return std::int64_t{c.out_w - 1} * c.stride_w + 3; }

std::int64_t window_scratch(const Convolution& c) { return window_bytes(c, window_columns(c), c.out_w); }

/// kernels/dsp/dwconv_images.h: the same for all rows.
struct ImageWindows {
  std::int64_t columns = 0;
  std::int64_t scratch_bytes = 0;
};

ImageWindows image_windows(const Convolution& c) {
  const bool shares = c.padding.left > 0 && c.padding.left + c.in_w < window_columns(c);
  const std::int64_t pitch = (window_columns(c) - (shares ? 1 : 0) + c.stride_w - 1) / c.stride_w * c.stride_w;
  const std::int64_t more_rows = (c.stride_w == 1 ? (c.out_h + 1) / 2 : c.out_h) - 1;
  const std::int64_t columns = more_rows * pitch + window_columns(c);
  return {columns, window_bytes(c, columns, more_rows * pitch / c.stride_w + c.out_w)};
}

/// Images of several rows of which all fit in little memory.
bool is_small(const Convolution& c) {
  constexpr std::int64_t most_columns = 80;
  return c.kernel_h == 3 && c.out_h > 1 && image_windows(c).columns <= most_columns;
}

bool is_unrolled(const Convolution& c) {
  const bool is_square = c.kernel_h == c.kernel_w && c.stride_h == c.stride_w;
  const bool has_size = c.kernel_h == 3 || c.kernel_h == 5 || c.kernel_h == 7;
  const bool is_dense = c.dilation_h == 1 && c.dilation_w == 1 && c.multiplier() == 1;
  return is_square && has_size && is_dense && c.stride_w <= 2;
}

/// Instructions of a row of `outputs` outputs of one channel of a 3x3 kernel, roughly: kernels/dsp/simd_windows.h.
int row_cost(int outputs) { return 60 + 30 * ((outputs + 2) / 3) + 18 * (outputs / 4) + (outputs % 4 > 0 ? 17 : 0); }

/// The same of a column, by s8_dwconv_3x3s1_tall_dsp.
int column_cost(int outputs) {
  const int left_over = outputs % 4;
  const int fours = outputs / 4 + (left_over == 3 ? 1 : 0);
  return 70 + 64 * fours + (left_over == 1 || left_over == 2 ? 40 : 0);
}

std::int64_t tall_scratch(const Convolution& c) {
  return 4 * (std::int64_t{c.out_w} + 2) * plane_row(c.in_h, c.out_h, c.padding.top, 3, 1) + tap_bytes(3, 3, 1);
}

/// Whether columns are better than rows, clearly, and cost little memory: kernels/dsp/s8_dwconv_3x3s1_tall_dsp.h.
bool is_tall(const Convolution& c) {
  constexpr std::int64_t most_scratch = 4096;
  const std::int64_t by_rows = std::int64_t{c.out_h} * row_cost(c.out_w);
  const std::int64_t by_columns = std::int64_t{c.out_w} * column_cost(c.out_h);
  return c.kernel_h == 3 && c.stride_h == 1 && 10 * by_columns < 9 * by_rows && tall_scratch(c) <= most_scratch;
}

/// The unrolled kernels of 5x5 and 7x7 are more than a kilobyte of code each.
bool pays_unrolled(const Convolution& c, const KernelOptions& options) {
  return options.specialized && is_unrolled(c) && (c.kernel_h == 3 || !options.compact);
}

DepthwiseKernel dsp_depthwise(const Convolution& c, const KernelOptions& options) {
  if (!pays_unrolled(c, options))
    return {"s8_dwconv_any_dsp", any_dsp_scratch(c), "SIMD over widened planes, any kernel"};
  if (options.many_rows && is_tall(c))
    return {"s8_dwconv_3x3s1_tall_dsp", tall_scratch(c), "SIMD over widened columns of four channels"};
  if (options.many_rows && !options.compact && is_small(c)) {
    return {fmt::format("s8_dwconv_3x3s{}_image_dsp", c.stride_w), image_windows(c).scratch_bytes,
            "SIMD over columns of four channels, all rows at once"};
  }
  if (c.kernel_h == 3) {
    return {fmt::format("s8_dwconv_3x3s{}_dsp", c.stride_w), window_scratch(c), "SIMD over columns of four channels"};
  }
  return {fmt::format("s8_dwconv_{0}x{0}s{1}_dsp", c.kernel_h, c.stride_w), any_dsp_scratch(c),
          "SIMD over widened planes of four channels"};
}

/// kernels/generic/s8_dwconv_generic.h keeps the rows under the kernel of one channel, padded.
DepthwiseKernel generic_depthwise(const Convolution& c) {
  const int height = reach(c.kernel_h, c.dilation_h);
  const int width = std::max(c.padding.left + c.in_w, (c.out_w - 1) * c.stride_w + reach(c.kernel_w, c.dilation_w));
  return {"s8_dwconv_generic", std::int64_t{height} * width, "any depthwise convolution"};
}

}  // namespace

bool fits_over_input(const Convolution& c) {
  if (!c.depthwise || c.multiplier() != 1) return false;
  const std::int64_t window = reach(c.kernel_h, c.dilation_h);
  for (std::int64_t row = 0; row < c.out_h; ++row) {
    const std::int64_t copied = row * c.stride_h - c.padding.top + window;
    if (copied < c.in_h && (row + 1) * c.out_w > copied * c.in_w) return false;
  }
  return true;
}

KernelChoice choose_depthwise_kernel(const Convolution& c, const KernelOptions& options) {
  DepthwiseKernel chosen = options.dsp ? dsp_depthwise(c, options) : generic_depthwise(c);
  const KernelVariant& variant = kernel_variant(chosen.kernel);
  KernelChoice result;
  result.kernel = variant.name;
  result.folder = variant.folder;
  result.driver = variant.driver;
  result.weight_layout = variant.weight_layout;
  result.weight_bytes = packed_bytes(variant.weight_layout, c.out_ch, c.depth());
  result.scratch_bytes = chosen.scratch_bytes;
  result.in_place = fits_over_input(c);
  result.reason = std::move(chosen.reason);
  return result;
}

}  // namespace thimble::target
