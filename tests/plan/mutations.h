// Random corruptions of plans, for testing the verifier.
#pragma once

#include <random>
#include <span>
#include <string_view>

#include "plan/plan.h"

namespace thimble::testing {

/// One way to corrupt a plan. `apply` changes the plan at a random place and returns whether it could.
struct Mutation {
  std::string_view name;
  bool (*apply)(plan::Plan&, std::mt19937&);
};

std::span<const Mutation> mutations();

}  // namespace thimble::testing
