// What the verifier has against a plan.
#pragma once

#include <string>

#include "base/error.h"
#include "plan/verify_plan.h"
#include "streamed_plan.h"

namespace thimble::testing {

/// Its objection, or "".
inline std::string objection(const ir::Graph& graph, const plan::Plan& plan) {
  try {
    plan::verify_plan(graph, plan);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

inline std::string objection(const PlannedGraph& planned) { return objection(planned.graph, planned.plan); }

}  // namespace thimble::testing
