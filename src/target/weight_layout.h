// target/weight_layout.h
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "target/conv_channels.h"

namespace thimble::target {

/// Weights in the order in which a kernel consumes them.
///   ohwi           [out_ch][kernel_h][kernel_w][in_ch], as in the file
///   hwc            [kernel_h][kernel_w][out_ch], depthwise, as in the file
///   chw            [channels][kernel_h][kernel_w], depthwise
///   pairs_by_four  for each two output channels, for each two elements d, e of the depth: the bytes
///                  w[o][d] w[o+1][d] w[o][e] w[o+1][e]. Of each four elements 0 1 2 3 the pairs are (0, 2) and (1, 3).
///                  Zeros beyond the last channel, depth padded with zeros to a multiple of 4: kernels/dsp/columns.h.
///                  A depthwise convolution of one input channel counts as a convolution here.
/// A kernel's header says which layout it reads; KernelChoice::weight_layout names it. Kernels may read words: the
/// generated array is aligned to 4 bytes.
/// @throws Error if there is no such layout.
std::vector<std::int8_t> pack_weights(std::string_view layout, const std::vector<ConvChannel>& channels);

}  // namespace thimble::target
