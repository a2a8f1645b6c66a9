// Redistribution: the patch stage's kernels shrink, later ones see as much as before.
#include "ir/redistribute.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.h"
#include "ir/builders/builders.h"
#include "ir/netconfig_graph.h"
#include "ir/netconfig_layers.h"
#include "ir/receptive_field.h"

namespace thimble::ir {
namespace {

TEST(Redistribute, MobileNetV2LosesTheKernelsOfTheStagesStrideOneBlocks) {
  const NetConfig before = builders::build("mobilenetv2");
  RedistributeOptions options;
  options.stage_blocks = 4;
  options.restore_field = false;
  const Redistributed shrunk = redistribute(before, options);
  EXPECT_EQ(shrunk.changes, (std::vector<KernelChange>{{0, 3, 1}, {2, 3, 1}}));
  EXPECT_EQ(shrunk.field_before, 491);
  EXPECT_EQ(shrunk.field_after, 491 - 2 * 2 - 2 * 4);
  // 12 pixels are missing. The cheapest kernel that brings them back is one at stride 32, 7 x 7 pixels of 960 channels,
  // or one at stride 16: 14 x 14 of 384 or 576.
  options.restore_field = true;
  const Redistributed restored = redistribute(before, options);
  ASSERT_EQ(restored.changes.size(), 3U);
  EXPECT_EQ(restored.changes[2], (KernelChange{14, 3, 5}));
  EXPECT_EQ(macs_of(restored.config) - macs_of(shrunk.config), (25 - 9) * 7 * 7 * 960);
  EXPECT_GE(restored.field_after, restored.field_before);
}

TEST(Redistribute, KeepsEverythingButDepthwiseKernels) {
  EXPECT_TRUE(rc::check([] {
    const auto entries = builders::names();
    const NetConfig before = builders::build(entries[*rc::gen::inRange<std::size_t>(0, entries.size())].name);
    RedistributeOptions options;
    options.stage_blocks = *rc::gen::inRange<std::size_t>(0, before.blocks.size() + 1);
    options.stage_kernel = *rc::gen::element(1, 3);
    const Redistributed result = redistribute(before, options);
    validate(result.config, before.name);
    NetConfig undone = result.config;
    for (const KernelChange& change : result.changes) {
      auto& conv = std::get<MobileInvertedConv>(undone.blocks[change.block].body);
      RC_ASSERT(conv.kernel_size == change.after);
      RC_ASSERT((change.block < options.stage_blocks) == (change.after < change.before));
      conv.kernel_size = change.before;
    }
    RC_ASSERT(undone == before);
    RC_ASSERT(result.field_after == receptive_field_of(result.config));
  }));
}

TEST(Redistribute, AStageOfMoreBlocksThanThereAreIsRefused) {
  const NetConfig config = builders::build("mcunet-in0");
  RedistributeOptions options;
  options.stage_blocks = config.blocks.size() + 1;
  EXPECT_THROW(redistribute(config, options), Error);
  options.stage_blocks = 2;
  options.stage_kernel = 2;
  EXPECT_THROW(redistribute(config, options), Error);
}

TEST(ReceptiveFieldOf, AConfigIsThatOfItsGraph) {
  for (const char* name : {"mobilenetv2", "mcunet-in3", "fbnet-a", "resnet18"}) {
    const NetConfig config = builders::build(name);
    const Graph graph = to_graph(config);
    TensorId averaged = no_tensor;
    for (const Op& op : graph.ops) {
      if (graph.name_of(op) == "global_average") averaged = op.inputs[0];
    }
    ASSERT_NE(averaged, no_tensor);
    EXPECT_EQ(receptive_field_of(config), field_between(graph, graph.inputs[0], averaged)->rows.size) << name;
  }
}

}  // namespace
}  // namespace thimble::ir
