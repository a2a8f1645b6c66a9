// plan/plan_json.h
#pragma once

#include "base/json.h"
#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::plan {

/// The plan as plan.json holds it: arena_bytes, buffers, placements and stages, with the names of tensors and operators
/// beside their numbers for the reader.
Json to_json(const ir::Graph& graph, const Plan& plan);

/// The plan that `to_json` wrote. What it means for a graph is for verify_plan to judge.
/// @throws Error naming the field that is missing or has the wrong type.
Plan plan_from_json(const Json& json);

}  // namespace thimble::plan
