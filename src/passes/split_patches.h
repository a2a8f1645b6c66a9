// passes/split_patches.h
#pragma once

#include <vector>

#include "ir/graph.h"

namespace thimble::passes {

/// A segment of a network that runs in patches (MCUNetV2, arXiv 2110.15352): its operators, in order, between one
/// tensor that all of them come from and the output of the last one, which is computed in `rows` x `columns` parts.
struct PatchSplit {
  std::vector<int> ops;  ///< Indices in graph.ops; no intermediate is read elsewhere (plan::segment_between).
  ir::TensorId input = ir::no_tensor;
  int rows = 1;
  int columns = 1;
};

/// The graph with a segment in patches: for each patch a slice of the input, which includes what neighbouring patches
/// need too, and a copy of every operator for the region of its output that the patch needs. Copies share constants and
/// pad only where the patch touches the border, so each pixel is computed from the same values. The parts of the output
/// are copied into it by slices that take everything and concatenations: a plan gives these parts places in the output.
/// Tensors that were there keep their ids; the output's values stay.
/// @throws Error naming the layer that cannot be computed in patches, or if the output has fewer rows or columns.
ir::Graph split_patches(ir::Graph graph, const PatchSplit& split);

/// Whether an operator can be computed for a region of its output alone.
bool works_by_regions(const ir::Graph& graph, const ir::Op& op);

}  // namespace thimble::passes
