// plan/channel_search.h
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "passes/split_channels.h"
#include "plan/plan.h"

namespace thimble::plan {

/// Blocks that are to be split at once.
using ChannelSplits = std::vector<passes::ChannelSplit>;

/// Bytes that a block needs at least if its middle is split into so many groups: its input, its int32 sums and a group
/// of the widest tensor of the middle.
std::int64_t bytes_of_split(const ir::Graph& graph, const passes::ChannelBlock& block, int groups);

/// Splits that may lower a plan's peak, those into the fewest groups first: of all blocks that run in stages in which
/// more is live than the peak would be, and more than `target`, which is enough; where the planner `streams`, not of
/// those that streams would do for.
std::vector<ChannelSplits> promising_splits(const ir::Graph& graph, const Plan& plan, std::int64_t target,
                                            bool streams);

/// "channel split of "block9/expand" to "block9/project" into 8 groups", one for each block.
std::vector<std::string> descriptions_of(const ir::Graph& graph, std::span<const passes::ChannelSplit> splits);

}  // namespace thimble::plan
