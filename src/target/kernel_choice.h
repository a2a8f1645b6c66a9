// target/kernel_choice.h
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "target/board.h"

namespace thimble::target {

/// A kernel variant for one op, and everything that others must know of it. The function that picks the variant says
/// what it needs, so that the two cannot disagree.
struct KernelChoice {
  std::string kernel;             ///< The row kernel's name, "s8_conv1x1_2x2_dsp": also its header's, in `folder`.
  std::string folder;             ///< "generic" or "dsp": kernels/<folder>/<kernel>.h
  std::string driver;             ///< The driver function that the generated code calls: "thimble_conv_rows".
  std::string weight_layout;      ///< What emit/weights packs: "ohwi", "pairs_2x2", ... ; empty without weights.
  std::int64_t weight_bytes = 0;  ///< Of the packed weights.
  std::int64_t scratch_bytes = 0;
  /// Of the scratch, the columns of four output pixels, for kernels that gather windows to columns
  /// (kernels/dsp/im2col.h); 0 for others.
  std::int64_t column_bytes = 0;
  /// Pixels whose columns the scratch holds at a time: 0 for four, else a multiple of that. plan/column_tiles.h
  /// chooses.
  int tile_pixels = 0;
  /// Channels of a SIMD convolution that are outside its fast requantization and computed once more.
  int outliers = 0;
  /// A SIMD convolution of a program whose channels take two words each, not three: THIMBLE_PACKED_CHANNELS of
  /// kernels/generic/types.h. All of them have it, or none. plan/packed_channels.h chooses.
  bool packed_channels = false;
  /// A SIMD kernel for a core that issues one instruction a cycle: THIMBLE_SINGLE_ISSUE of kernels/generic/types.h.
  bool single_issue = false;
  /// May write its output over its first input: pixel for pixel, depthwise convolutions a few channels at a time.
  bool in_place = false;
  /// Sums up its input's rows one after the other: a step's rows are the input's, and what the scratch holds has to
  /// stay from the first of them to the last.
  bool accumulates = false;
  /// Bytes at the beginning of the scratch that have to stay from a step to the next, rows in order and each once: of a
  /// block in tiles that keeps rows.
  std::int64_t kept_bytes = 0;
  /// Of a block in tiles: the kernels of its layers (ir/tiled_block.h).
  std::vector<KernelChoice> layers = {};
  std::string reason;  ///< Why this variant, one short phrase for the generated comment.
};

struct KernelOptions {
  bool dsp = true;          ///< Use the core's SIMD kernels where it has them.
  bool specialized = true;  ///< Use convolutions that are made for sizes and strides, not only those that do for any.
  bool lean = false;        ///< Use convolutions that take less scratch and somewhat more time.
  bool compact = false;     ///< Do without those whose code is large for what they save.
  bool many_rows = true;    ///< Use those that pay if they are called for all rows, or many.
};

/// The variants that can run `op` on `core`, at least one. The first is the default; others trade flash for
/// instructions, or accumulate: for plans that stream the op's input. @throws Error naming the layer if no kernel can
/// run it.
std::vector<KernelChoice> kernel_candidates(const ir::Graph& graph, const ir::Op& op, const Core& core,
                                            const KernelOptions& options = {});

/// The variant for an operator that is called for a few rows at a time: of depthwise convolutions the one that goes by
/// rows, of means over the image the one that sums up rows as they appear; of all others `whole`, which was chosen for
/// all rows. @throws Error as above.
KernelChoice choose_row_kernel(const ir::Graph& graph, const ir::Op& op, const Core& core, const KernelOptions& options,
                               const KernelChoice& whole);

/// The default variant.
KernelChoice choose_kernel(const ir::Graph& graph, const ir::Op& op, const Core& core,
                           const KernelOptions& options = {});

}  // namespace thimble::target
