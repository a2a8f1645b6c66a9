// cli/front_table.h
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "plan/plan_front.h"

namespace thimble::cli {

/// The front as a table: arena, predicted instructions and those of the fastest plan, what is computed twice, how the
/// network executes. The plan with an arena of `chosen` bytes is marked.
std::string table_of(const std::vector<plan::FrontPlan>& front, std::int64_t chosen);

Json to_json(const std::vector<plan::FrontPlan>& front);

/// "layer by layer", "streams rows in 9 loops; 2 x 2 patches ...": how a plan executes.
std::string execution_of(const plan::FrontPlan& point);

}  // namespace thimble::cli
