// target/depthwise_choice.h
#pragma once

#include "target/convolution.h"
#include "target/kernel_choice.h"

namespace thimble::target {

/// Whether a depthwise convolution may write its output from where its input begins.
///
/// Kernels of the driver thimble_dwconv_rows go over all rows for a few channels, then again for the next few. For each
/// output row they copy the input rows up to the last one of its window, those few channels of them, and then write the
/// row. As both tensors are NHWC of as many channels, a write lands on bytes of the same few channels only; so all that
/// matters is that output row r ends no later than the first input row that is not copied yet begins:
///   (r + 1) * out_w <= (r * stride - padding + dilated kernel) * in_w,  or all rows are copied.
/// It holds for every common padding, and for strides, which make the output fall behind: but it is checked, row by
/// row.
bool fits_over_input(const Convolution& c);

/// The variant for a depthwise convolution.
KernelChoice choose_depthwise_kernel(const Convolution& c, const KernelOptions& options);

}  // namespace thimble::target
