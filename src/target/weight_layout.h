// target/weight_layout.h
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "target/conv_channels.h"

namespace thimble::target {

/// Weights in the order in which a kernel consumes them.
///   ohwi           [out_ch][kernel_h][kernel_w][in_ch], as in the file
///   chw            [out_ch][kernel_h][kernel_w], depthwise
///   pairs_by_four  for each two output channels, for each two elements d, e of the depth: the bytes
///                  w[o][d] w[o+1][d] w[o][e] w[o+1][e]. Of each four elements 0 1 2 3 the pairs are (0, 2) and (1, 3).
///                  Zeros beyond the last channel, depth padded with zeros to a multiple of 4: kernels/dsp/columns.h.
///                  A depthwise convolution of one input channel counts as a convolution here.
///   fours_by_four  for each four output channels, for each four elements of the depth: four of each channel. Zeros
///                  beyond the last channel, depth padded with zeros: kernels/dsp/s8_conv1x1_1x4_dsp.h.
///   wide_pairs_by_four, wide_fours_by_four  the same as int16, twice as large, in the order of the words that SXTB16
///                  makes of the narrow ones: elements 0 2 of each channel in turn, then 1 3.
/// A kernel's header says which layout it reads; KernelChoice::weight_layout names it. Kernels may read words: the
/// generated array is aligned to 4 bytes.
/// @throws Error if there is no such layout.
std::vector<std::int8_t> pack_weights(std::string_view layout, const std::vector<ConvChannel>& channels);

/// Whether a kernel reads the elements of this layout as int16.
bool is_wide(std::string_view layout);

/// Bytes of the packed weights of `channels` channels of `depth` weights each.
std::int64_t packed_bytes(std::string_view layout, int channels, int depth);

}  // namespace thimble::target
