// plan/verify_plan.h
#pragma once

#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::plan {

/// Proves a plan by executing it symbolically, byte by byte, sharing no code with the planner: every byte that a step
/// reads holds the element that the op means to read, every output is complete at the end, nothing lies outside its
/// buffer or the arena, live ranges cover every use, and scratch is large enough. Rows of an input that the caller
/// hands over come in order, each once, and all of them; sums that a kernel keeps between steps stay where they are.
/// @throws Error naming the stage, the step and the first byte that is wrong.
void verify_plan(const ir::Graph& graph, const Plan& plan);

}  // namespace thimble::plan
