// plan/regions.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "plan/network_plan.h"
#include "plan/plan.h"
#include "plan/planner.h"
#include "target/board.h"

namespace thimble::plan {

inline constexpr std::size_t most_memories = 5;

/// The memories in which an arena may lie on a board, in the order in which it fills them: the one that plans are made
/// for, without the stack's share; then those that are coupled to the core; then the largest first; at most
/// `most_memories`. Empty if there is one only.
std::vector<target::MemoryRegion> arena_memories(const target::Board& board);

/// Plans as `plan_network` does; and where nothing fits the arena that the options give, but something does fit
/// `memories` together, spreads the arena over those: as few of them as the offsets allow. Then Plan::regions says what
/// of it lies where. @throws Error as make_plan does.
NetworkPlan plan_in_memories(const ir::Graph& graph, const target::Core& core, const PlanOptions& options,
                             std::span<const target::MemoryRegion> memories);

/// What of a plan's arena lies in the region of this name; all of it if the plan has no regions.
std::int64_t bytes_in(const Plan& plan, const std::string& region);

/// "612352 bytes", and where the arena lies in several regions "612352 bytes: 522240 in AXI, 90112 in DTCM".
std::string arena_text(const Plan& plan);

}  // namespace thimble::plan
