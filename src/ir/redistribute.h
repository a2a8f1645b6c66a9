// ir/redistribute.h
#pragma once

#include <cstddef>
#include <vector>

#include "ir/netconfig.h"

namespace thimble::ir {

/// Receptive-field redistribution (MCUNetV2, arXiv 2110.15352, section 3.2). The halo of patches grows with the kernels
/// of the patch stage, so its kernels shrink, and kernels of later layers grow until a pixel of the last feature map
/// sees as much of the picture as before. Weights are not kept: the result is an architecture, to be trained.

/// Which layers may change, and how far. Only depthwise convolutions of MobileInvertedConv blocks do.
struct RedistributeOptions {
  std::size_t stage_blocks = 0;  ///< blocks[0] ... blocks[stage_blocks - 1], after first_conv, run in patches.
  int stage_kernel = 1;          ///< Kernels of the stage's blocks of stride 1 become at most this.
  int strided_kernel = 3;        ///< Those of its other blocks, which would skip pixels with less.
  bool restore_field = true;     ///< Enlarge later kernels; off: only shrink.
  int largest_kernel = 7;        ///< What later kernels may grow to, two at a time, in blocks of stride 1.
};

struct KernelChange {
  std::size_t block = 0;
  int before = 0;
  int after = 0;
  bool operator==(const KernelChange&) const = default;
};

struct Redistributed {
  NetConfig config;
  std::vector<KernelChange> changes;  ///< In the order of the blocks.
  int field_before = 0;               ///< receptive_field_of the network.
  int field_after = 0;
};

/// Shrinks the kernels of the patch stage, then enlarges later ones: each time the one that closes what is missing at
/// the fewest MACs, or, while none closes it alone, the one that gives most.
/// @throws Error if the network has fewer blocks than the stage, or a kernel is not odd.
Redistributed redistribute(const NetConfig& config, const RedistributeOptions& options);

/// Rows and columns of the input that a pixel of the last feature map, before the global average, is computed from,
/// borders apart. A squeeze-and-excite sees all; it does not count.
int receptive_field_of(const NetConfig& config);

}  // namespace thimble::ir
