// passes/split_channels.h
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/graph.h"

namespace thimble::passes {

/// A block whose middle has many channels: a convolution expands, operators that work channel by channel follow, and a
/// pointwise convolution projects. Nothing else reads what is between. So one group of channels after the other can be
/// expanded and projected, and only a group is there at a time; the projection adds up int32 sums, which then are a
/// plane of their own (ir/partial_sums.h). Nothing is computed twice.
struct ChannelBlock {
  std::vector<int> layers;  ///< Indices in graph.ops, in order: the expansion, what follows, the projection.
  int channels = 0;         ///< Of the middle.

  int expansion() const { return layers.front(); }
  int projection() const { return layers.back(); }
};

/// Bytes of a block's sums, and of the largest tensor of its middle.
std::int64_t bytes_of_sums(const ir::Graph& graph, const ChannelBlock& block);
std::int64_t largest_of_middle(const ir::Graph& graph, const ChannelBlock& block);

/// A block and into how many groups of channels it is split.
struct ChannelSplit {
  ChannelBlock block;
  int groups = 1;
};

/// The blocks of a graph, each as long as it can be, whose middle has at least eight channels and is larger than its
/// sums would be: others need more if they are split. No layer is in two of them.
std::vector<ChannelBlock> channel_blocks(const ir::Graph& graph);

/// Channels of each group, the larger ones first: multiples of 8, or of 4 where there are not enough for that, so that
/// no weights are padded; what is left over is the last one's. Fewer than `groups` if there are not enough channels.
std::vector<int> channel_groups(int channels, int groups);

/// The graph with these of its blocks split. Constants are sliced: together they are as large as before. Tensors that
/// were there keep their ids; what a block computes keeps its values, its middle is not computed any more.
ir::Graph split_channels(ir::Graph graph, std::span<const ChannelSplit> splits);

}  // namespace thimble::passes
