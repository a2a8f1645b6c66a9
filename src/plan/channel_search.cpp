#include "plan/channel_search.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "plan/peak.h"

namespace thimble::plan {
namespace {

/// More cost code and leave the kernels little to do.
constexpr std::array group_counts{2, 4, 8, 16};

/// Of all blocks together: each group is code of its own, some hundred bytes.
constexpr int most_groups = 64;

/// A block and how much is live at most while it runs.
struct RunningBlock {
  passes::ChannelBlock block;
  std::int64_t live = 0;
};

std::vector<RunningBlock> running_blocks(const ir::Graph& graph, const Plan& plan) {
  const std::vector<std::int64_t> live = live_bytes(plan);
  std::vector<std::int64_t> live_at(graph.ops.size(), 0);
  for (std::size_t stage = 0; stage < plan.stages.size(); ++stage)
    for (const Step& step : plan.stages[stage].steps)
      if (step.op >= 0)
        live_at[static_cast<std::size_t>(step.op)] = std::max(live_at[static_cast<std::size_t>(step.op)], live[stage]);
  std::vector<RunningBlock> blocks;
  for (passes::ChannelBlock& block : passes::channel_blocks(graph)) {
    std::int64_t most = 0;
    for (const int layer : block.layers) most = std::max(most, live_at[static_cast<std::size_t>(layer)]);
    blocks.push_back({std::move(block), most});
  }
  return blocks;
}

/// Rows of its input that are under the kernel of an operator of a block's middle.
int rows_under(const ir::Graph& graph, const ir::Op& op) {
  if (const auto* pool = std::get_if<ir::Pool2D>(&op.kind)) return pool->filter_h;
  return std::holds_alternative<ir::DepthwiseConv2D>(op.kind) ? graph.tensor(op.inputs[1]).shape[1] : 1;
}

/// What a block needs at least that is not split, as a stream: its input and the rows under the kernels of its middle.
std::int64_t bytes_of_stream(const ir::Graph& graph, const passes::ChannelBlock& block) {
  const auto op_at = [&](int layer) -> const ir::Op& { return graph.ops[static_cast<std::size_t>(layer)]; };
  std::int64_t bytes = graph.tensor(op_at(block.expansion()).inputs[0]).bytes();
  for (const int layer : block.layers) {
    if (layer == block.expansion() || layer == block.projection()) continue;
    const ir::Tensor& in = graph.tensor(op_at(layer).inputs[0]);
    bytes += std::min(rows_under(graph, op_at(layer)), rows_of(in)) * row_bytes_of(in);
  }
  return bytes;
}

/// The fewest groups with which a block needs no more than `bytes`, or as many as there may be.
int groups_within(const ir::Graph& graph, const passes::ChannelBlock& block, std::int64_t bytes) {
  for (const int groups : group_counts)
    if (bytes_of_split(graph, block, groups) <= bytes) return groups;
  return group_counts.back();
}

}  // namespace

std::int64_t bytes_of_split(const ir::Graph& graph, const passes::ChannelBlock& block, int groups) {
  const ir::Op& expansion = graph.ops[static_cast<std::size_t>(block.expansion())];
  const int largest_group = passes::channel_groups(block.channels, groups).front();
  return graph.tensor(expansion.inputs[0]).bytes() + passes::bytes_of_sums(graph, block) +
         passes::largest_of_middle(graph, block) / block.channels * largest_group;
}

std::vector<ChannelSplits> promising_splits(const ir::Graph& graph, const Plan& plan, std::int64_t target,
                                            bool streams) {
  const std::vector<RunningBlock> blocks = running_blocks(graph, plan);
  const std::int64_t peak = peak_of(plan).bytes;
  std::vector<ChannelSplits> found;
  for (const int groups : group_counts) {
    std::int64_t aim = 0;  // What remains of the peak if the blocks that run then are split so.
    for (const RunningBlock& running : blocks)
      if (running.live == peak) aim = std::max(aim, bytes_of_split(graph, running.block, groups));
    if (aim == 0) break;
    if (aim >= peak) continue;
    const std::int64_t limit = std::max(aim, target);
    const auto needs_split = [&](const RunningBlock& running) {
      if (bytes_of_split(graph, running.block, group_counts.back()) >= running.live) return false;
      const bool would_fit = streams && bytes_of_stream(graph, running.block) <= limit;
      return running.live == peak || (running.live > limit && !would_fit);
    };
    ChannelSplits splits;
    for (const RunningBlock& running : blocks)
      if (needs_split(running)) splits.push_back({running.block, groups_within(graph, running.block, aim)});
    int all_groups = 0;
    for (const passes::ChannelSplit& split : splits) all_groups += split.groups;
    if (!splits.empty() && all_groups <= most_groups) found.push_back(std::move(splits));
  }
  return found;
}

std::vector<std::string> descriptions_of(const ir::Graph& graph, std::span<const passes::ChannelSplit> splits) {
  std::vector<std::string> lines;
  for (const passes::ChannelSplit& split : splits) {
    const auto name_of = [&](int layer) { return graph.name_of(graph.ops[static_cast<std::size_t>(layer)]); };
    lines.push_back(fmt::format("channel split of \"{}\" to \"{}\" into {} groups", name_of(split.block.expansion()),
                                name_of(split.block.projection()),
                                passes::channel_groups(split.block.channels, split.groups).size()));
  }
  return lines;
}

}  // namespace thimble::plan
