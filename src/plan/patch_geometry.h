// plan/patch_geometry.h
#pragma once

#include <cstdint>
#include <vector>

#include "ir/graph.h"
#include "ir/receptive_field.h"
#include "plan/working_set.h"

namespace thimble::plan {

/// Patch-based inference (MCUNetV2, arXiv 2110.15352): the layers between two tensors run on one patch of the output
/// after another. Each patch starts from the region of the input that it needs, so that no intermediate tensor is ever
/// there as a whole; what neighbouring patches need both, the halo, is computed in both.
///
/// Here is the arithmetic of it, for any chain or DAG of layers between two tensors, and no execution.

/// Patches along the rows and along the columns of the output.
struct PatchGrid {
  int rows = 1;
  int columns = 1;

  bool operator==(const PatchGrid&) const = default;
};

/// What published figures differ in.
struct PatchConvention {
  ir::Borders borders = ir::Borders::clipped;
  Counting counting = Counting::live;
};

/// One layer's share of one patch.
struct PatchLayer {
  int op = 0;         ///< Index in graph.ops.
  ir::Region region;  ///< Of its output.
  std::int64_t macs = 0;
  /// Bytes that count while it runs (see working_set.h): intermediates of this patch and the whole output of the
  /// segment, in which the patches are assembled. Without the segment's input.
  std::int64_t bytes = 0;
};

struct Patch {
  ir::Region input;
  ir::Region output;
  std::vector<PatchLayer> layers;  ///< In the order of execution.
};

struct PatchGeometry {
  ir::TensorId input = ir::no_tensor;
  ir::TensorId output = ir::no_tensor;
  PatchGrid grid;
  PatchConvention convention;
  std::vector<Patch> patches;  ///< Row by row.

  std::int64_t macs_model = 0;     ///< Of the segment's layers, each computed once.
  std::int64_t macs_executed = 0;  ///< Of all patches.
  std::int64_t peak_bytes = 0;     ///< The most of all layers' bytes.
  /// The same with the patch's region of the input held for as long as the patch reads it.
  std::int64_t peak_bytes_with_input = 0;

  /// The largest rows and columns of a patch's input.
  int input_rows() const;
  int input_columns() const;
};

/// The indices of the operators that lead from tensor `input` to tensor `output`, in the graph's order.
/// @throws Error if one of them reads an activation that does not come from `input`, or if an intermediate tensor is
/// read elsewhere too: the segment is not one that can run by itself.
std::vector<int> segment_between(const ir::Graph& graph, ir::TensorId input, ir::TensorId output);

/// The geometry of computing `output` from `input` in patches, whose sizes differ by at most one row and one column.
/// @throws Error where segment_between does, and if the output has fewer rows or columns than the grid.
PatchGeometry patch_geometry(const ir::Graph& graph, ir::TensorId input, ir::TensorId output, PatchGrid grid,
                             const PatchConvention& convention);

/// Tensors through which everything passes: after the operator that computes one of them, it is the only activation
/// that any later operator reads. A prefix or a segment can end there. In the graph's order.
std::vector<ir::TensorId> cut_tensors(const ir::Graph& graph);

}  // namespace thimble::plan
