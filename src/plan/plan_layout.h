// plan/plan_layout.h
#pragma once

#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::plan {

/// The part of verify_plan that needs no execution: buffers lie in the arena, aligned, and meet no other that is live
/// with them; placements lie in their buffers and have their tensor's rows; steps name ops, rows and scratch that
/// exist. Tensors share bytes only as placements in one buffer, or where the steps of the stages in which both are live
/// compute the one from the other, over its bytes. @throws Error naming what is wrong.
void check_layout(const ir::Graph& graph, const Plan& plan);

}  // namespace thimble::plan
