// Blocks of random graphs split by channels, as C on this computer and on the emulated core, against the reference
// interpreter.
#include "emulate/rewritten_programs.h"
#include "passes/split_channels.h"
#include "plan/channels_graph.h"

namespace thimble::testing {
namespace {

ir::Graph in_groups(const ir::Graph& graph, unsigned seed) {
  std::vector<passes::ChannelSplit> splits;
  for (passes::ChannelBlock& block : passes::channel_blocks(graph))
    splits.push_back({std::move(block), 2 + static_cast<int>((seed + splits.size()) % 4)});
  return passes::split_channels(graph, splits);
}

constexpr Rewriting groups{channels_graph, in_groups};

TEST(HostChannels, ProgramsOfRandomGraphsEqualTheReference) { expect_host_equals_reference(groups, 16); }

TEST(HostChannels, FirmwareEqualsTheReference) { expect_firmware_equals_reference(groups, {1U, 2U, 6U}); }

}  // namespace
}  // namespace thimble::testing
