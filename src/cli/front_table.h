// cli/front_table.h
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "ir/graph.h"
#include "plan/plan_front.h"
#include "plan/planner.h"
#include "target/board.h"

namespace thimble::cli {

/// The front as a table: arena, predicted instructions and those of the fastest plan, what is computed twice, how the
/// network executes. The plan with an arena of `chosen` bytes is marked.
std::string table_of(const std::vector<plan::FrontPlan>& front, std::int64_t chosen);

Json to_json(const std::vector<plan::FrontPlan>& front);

/// What would lower a peak of `chosen` bytes and keep every bit, by what it saves: a line each.
std::string ways_to_lower(const ir::Graph& model, const target::Core& core, const plan::PlanOptions& options,
                          const std::vector<plan::FrontPlan>& front, std::int64_t chosen);

}  // namespace thimble::cli
