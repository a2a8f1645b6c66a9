// cli/profile_tables.h: what `thimble profile` prints.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "cost/cost_table.h"
#include "ir/graph.h"
#include "plan/plan.h"
#include "plan/plan_cost.h"
#include "target/board.h"

namespace thimble::cli {

/// One layer, or the sum of all.
struct ProfileRow {
  std::string op, kernel, name;
  std::int64_t macs = 0;
  cost::Cost cost;
};

std::vector<ProfileRow> rows_of(const ir::Graph& graph, const plan::Plan& plan, const std::vector<plan::OpCost>& costs);

/// Each layer's MACs, instructions, cycles, time and share, and their sums. Energy is derived, time x power, where the
/// board's power is known.
void print_table(const std::vector<ProfileRow>& rows, const target::Board& board);

/// Counted and predicted costs side by side. Both have the same layers.
void print_check(const std::vector<ProfileRow>& counted, const std::vector<ProfileRow>& predicted);

/// Layers of fewer instructions do not count for the worst error: what is done once for each call weighs in them. Nor
/// do softmaxes, whose cost depends on their values.
inline constexpr double least_checked_instructions = 10'000;

/// For instructions, and cycles if they are known: counted, predicted, the relative error of the sum and the worst of a
/// layer.
Json check_of(const std::vector<ProfileRow>& counted, const std::vector<ProfileRow>& predicted);

/// The table as JSON. `source` is "counted" or "predicted".
Json report_of(const std::vector<ProfileRow>& rows, const ir::Graph& graph, const target::Board& board,
               const std::string& source);

}  // namespace thimble::cli
