#include "plan/column_tiles.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "plan/graph_builder.h"
#include "plan/planner.h"
#include "plan/verify_plan.h"

namespace thimble::plan {
namespace {

using testing::GraphBuilder;

/// Convolutions of 72, 288 and 288 weights a channel over images of 16, 16 and 8 columns. The first one's tensors and
/// its neighbour's are largest.
ir::Graph three_convolutions() {
  GraphBuilder b("three_convolutions");
  const ir::TensorId in = b.input({1, 16, 16, 8});
  const ir::TensorId shallow = b.conv(in, 32, {3, 1, 1}, "shallow");
  const ir::TensorId deep = b.conv(shallow, 32, {3, 2, 1}, "deep");
  return b.finish({b.conv(deep, 8, {3, 1, 1}, "last")});
}

Plan planned(const ir::Graph& graph, ColumnTiles tiles) {
  target::Core core;
  core.name = "cortex-m7";
  core.dsp = true;
  PlanOptions options;
  options.column_tiles = tiles;
  Plan plan = make_plan(graph, core, options);
  verify_plan(graph, plan);
  return plan;
}

std::map<std::string, target::KernelChoice> kernels_of(const ir::Graph& graph, const Plan& plan) {
  std::map<std::string, target::KernelChoice> kernels;
  for (const Stage& stage : plan.stages)
    for (const Step& step : stage.steps)
      kernels[graph.name_of(graph.ops[static_cast<std::size_t>(step.op)])] = step.kernel;
  return kernels;
}

TEST(ColumnTiles, OfTheModelGiveEachLayerWhatTheDeepestOneNeeds) {
  const ir::Graph graph = three_convolutions();
  auto four = kernels_of(graph, planned(graph, ColumnTiles::four));
  auto model = kernels_of(graph, planned(graph, ColumnTiles::model));
  EXPECT_EQ(four["deep"].column_bytes, 2 * 4 * 288);
  EXPECT_EQ(model["shallow"].tile_pixels, 16);  // 4 * 288 / 72
  EXPECT_EQ(model["shallow"].scratch_bytes, four["shallow"].scratch_bytes + 3 * (2 * 4 * 72));
  EXPECT_EQ(model["deep"].tile_pixels, 0);
  EXPECT_EQ(model["last"].tile_pixels, 0);
}

TEST(ColumnTiles, OfTheArenaFillWhatIsFreeBelowThePeak) {
  const ir::Graph graph = three_convolutions();
  const Plan four = planned(graph, ColumnTiles::four);
  const Plan arena = planned(graph, ColumnTiles::arena);
  EXPECT_EQ(arena.arena_bytes, four.arena_bytes);
  auto kernels = kernels_of(graph, arena);
  EXPECT_EQ(kernels["last"].tile_pixels, 8);  // A whole row: the layers before it need far more.
}

TEST(ColumnTiles, AreOfFourWherePlansDoNotAskForMore) {
  const ir::Graph graph = three_convolutions();
  for (const auto& [layer, kernel] : kernels_of(graph, planned(graph, PlanOptions{}.column_tiles)))
    EXPECT_EQ(kernel.tile_pixels, 0) << layer;
}

}  // namespace
}  // namespace thimble::plan
