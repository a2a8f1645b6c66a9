// plan/plan_text.h
#pragma once

#include <string>

#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::plan {

/// The plan as a table for people: a line a step with its op, kernel, rows and the bytes live in its stage, the stage
/// that needs most marked; then the buffers of that stage, which are what to shrink for a smaller arena.
std::string text_of(const ir::Graph& graph, const Plan& plan);

}  // namespace thimble::plan
