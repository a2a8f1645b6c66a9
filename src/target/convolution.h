// target/convolution.h
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/graph.h"

namespace thimble::target {

/// The three operators with weights, as kernels see them: a fully connected layer is a 1x1 convolution of one row of
/// `in_w` pixels.
struct Convolution {
  bool depthwise = false;
  int in_h = 1, in_w = 1, in_ch = 1;
  int out_h = 1, out_w = 1, out_ch = 1;
  int kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  ir::Padding padding;

  bool is_1x1() const { return kernel_h == 1 && kernel_w == 1; }
  bool is_padded() const;     ///< Some output pixel reaches outside the image.
  bool is_pointwise() const;  ///< 1x1, stride 1, no padding: its rows are one run of pixels.
  int multiplier() const { return out_ch / in_ch; }
  /// Weights of one output channel.
  int depth() const { return kernel_h * kernel_w * (depthwise ? 1 : in_ch); }
  /// Bytes at the beginning of the scratch that the driver fills with zero points, kernels/generic/conv_rows.h.
  std::int64_t border_bytes() const;
};

/// The convolution that a Conv2D, DepthwiseConv2D or FullyConnected is; none of any other operator.
std::optional<Convolution> convolution_of(const ir::Graph& graph, const ir::Op& op);

}  // namespace thimble::target
