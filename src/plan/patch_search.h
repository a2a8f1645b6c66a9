// plan/patch_search.h
#pragma once

#include <vector>

#include "ir/graph.h"
#include "plan/patch_geometry.h"
#include "plan/plan.h"

namespace thimble::plan {

/// A segment that is to run in patches (passes/split_patches.h).
struct PatchStage {
  PatchGrid grid;
  ir::TensorId input = ir::no_tensor;
  ir::TensorId output = ir::no_tensor;
};

/// Patch stages that may lower a plan's peak, the most promising first: over the layers that run when it is reached,
/// from one tensor through which everything passes to another one. While such a stage runs, all of its input and all of
/// its output are there, which must be less than the peak; what lies between is counted as if layers ran one after the
/// other.
std::vector<PatchStage> promising_stages(const ir::Graph& graph, const Plan& plan);

}  // namespace thimble::plan
