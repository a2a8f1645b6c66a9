// Patch geometry: MCUNetV2's figures for MobileNetV2, and what holds for any segment.
#include "plan/patch_geometry.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.h"
#include "ir/builders/builders.h"
#include "ir/netconfig_graph.h"
#include "ir/redistribute.h"
#include "plan/patched_network.h"
#include "plan/sample_graphs.h"

namespace thimble::plan {
namespace {

using ir::Borders;
using ir::Graph;
using ir::TensorId;
using ::testing::HasSubstr;

constexpr PatchConvention published_stage{Borders::unclipped, Counting::layer};
constexpr PatchConvention published_network{Borders::clipped, Counting::layer};

TensorId named(const Graph& graph, const std::string& name) {
  return static_cast<TensorId>(std::ranges::find(graph.tensors, name, &ir::Tensor::name) - graph.tensors.begin());
}

Graph int8_graph(const ir::NetConfig& config) {
  Graph graph = ir::to_graph(config);
  for (ir::Tensor& tensor : graph.tensors) {
    if (!tensor.is_constant()) tensor.type = ir::DataType::int8;
  }
  return graph;
}

double kilobytes(std::int64_t bytes) { return static_cast<double>(bytes) / 1024; }

// ---- MCUNetV2, table 1 and section 3.2 ----

TEST(PatchGeometry, OfMobileNetV2IsAsPublished) {
  const Graph graph = int8_graph(ir::builders::build("mobilenetv2"));
  const TensorId end = named(graph, "block3/project");
  const PatchedNetwork stage = patched_network(graph, end, {4, 4}, published_stage);
  EXPECT_EQ(stage.stage.input_rows(), 75);
  EXPECT_EQ(stage.stage.input_columns(), 75);
  EXPECT_NEAR(100 * stage.stage_overhead(), 41.9, 0.05);
  const PatchedNetwork network = patched_network(graph, end, {4, 4}, published_network);
  EXPECT_NEAR(100 * network.overhead(), 9.3, 0.05);
  EXPECT_EQ(kilobytes(network.peak_bytes(InputMemory::excluded)), 171.5);
  EXPECT_EQ(kilobytes(layerwise_peak_bytes(graph, Counting::layer, InputMemory::excluded)), 1372.0);
}

// The paper's peak leaves out the shortcuts of the blocks after the patch stage, and the picture.
TEST(PatchGeometry, OfMobileNetV2CountedLiveNeedsMore) {
  const Graph graph = int8_graph(ir::builders::build("mobilenetv2"));
  const PatchedNetwork network = patched_network(graph, named(graph, "block3/project"), {4, 4}, {});
  EXPECT_EQ(kilobytes(network.peak_bytes(InputMemory::excluded)), 196.0);
  EXPECT_EQ(kilobytes(network.peak_bytes(InputMemory::patch)), 196.0);
  EXPECT_NEAR(kilobytes(network.peak_bytes(InputMemory::resident)), 305.5, 0.05);
  EXPECT_EQ(kilobytes(layerwise_peak_bytes(graph, Counting::live, InputMemory::resident)), 1372.0);
}

TEST(PatchGeometry, OfRedistributedMobileNetV2IsAsPublished) {
  const ir::NetConfig before = ir::builders::build("mobilenetv2");
  for (const bool restore : {false, true}) {
    ir::RedistributeOptions options;
    options.stage_blocks = 4;
    options.restore_field = restore;
    const Graph graph = int8_graph(ir::redistribute(before, options).config);
    const TensorId end = named(graph, "block3/project");
    const PatchedNetwork stage = patched_network(graph, end, {4, 4}, published_stage);
    EXPECT_EQ(stage.stage.input_rows(), 63);
    EXPECT_NEAR(100 * stage.stage_overhead(), 17.4, 0.05);
    const PatchedNetwork network = patched_network(graph, end, {4, 4}, published_network);
    const auto recomputed = static_cast<double>(network.macs_executed - network.macs_model);
    EXPECT_NEAR(100 * recomputed / static_cast<double>(ir::macs_of(int8_graph(before))), 3.62, 0.005);
    EXPECT_NEAR(100 * network.overhead(), 3.7, 0.05);
    EXPECT_EQ(kilobytes(network.peak_bytes(InputMemory::excluded)), 171.5);
  }
}

// ---- any segment ----

/// A random prefix of a sample graph that can run in patches, of at least 2 x 2 pixels.
struct Prefix {
  Graph graph;
  TensorId end = ir::no_tensor;
};

Prefix any_prefix() {
  std::vector<Graph> graphs{testing::chain_graph(), testing::residual_graph(), testing::depthwise_graph()};
  Prefix prefix{graphs[*rc::gen::inRange<std::size_t>(0, graphs.size())]};
  std::vector<TensorId> ends;
  for (const TensorId cut : cut_tensors(prefix.graph)) {
    const ir::Region all = ir::whole(prefix.graph.tensor(cut));
    if (all.rows.end >= 2 && all.columns.end >= 2) ends.push_back(cut);
  }
  prefix.end = ends.at(*rc::gen::inRange<std::size_t>(0, ends.size()));
  return prefix;
}

PatchGrid any_grid(const Prefix& prefix) {
  const ir::Region all = ir::whole(prefix.graph.tensor(prefix.end));
  return {*rc::gen::inRange(1, all.rows.end + 1), *rc::gen::inRange(1, all.columns.end + 1)};
}

TEST(PatchGeometry, PatchesCoverTheOutputOnceAndDifferByOnePixel) {
  EXPECT_TRUE(rc::check([] {
    const Prefix prefix = any_prefix();
    const PatchGrid grid = any_grid(prefix);
    const PatchGeometry geometry = patch_geometry(prefix.graph, prefix.graph.inputs[0], prefix.end, grid, {});
    const ir::Region all = ir::whole(prefix.graph.tensor(prefix.end));
    std::vector<int> covered(static_cast<std::size_t>(all.pixels()), 0);
    for (const Patch& patch : geometry.patches) {
      RC_ASSERT(patch.output.rows.count() - all.rows.end / grid.rows <= 1);
      RC_ASSERT(patch.output.columns.count() - all.columns.end / grid.columns <= 1);
      for (int y = patch.output.rows.first; y < patch.output.rows.end; ++y) {
        for (int x = patch.output.columns.first; x < patch.output.columns.end; ++x) {
          ++covered[static_cast<std::size_t>(y * all.columns.end + x)];
        }
      }
    }
    RC_ASSERT(std::ranges::count(covered, 1) == all.pixels());
  }));
}

TEST(PatchGeometry, ExecutesEachMacOfTheModelAndOfTheHalo) {
  EXPECT_TRUE(rc::check([] {
    const Prefix prefix = any_prefix();
    const Graph& graph = prefix.graph;
    const TensorId input = graph.inputs[0];
    const PatchGeometry one = patch_geometry(graph, input, prefix.end, {1, 1}, {});
    RC_ASSERT(one.macs_executed <= one.macs_model);  // Less where a layer's last rows are never read.
    const PatchGrid grid = any_grid(prefix);
    const PatchGeometry clipped = patch_geometry(graph, input, prefix.end, grid, {});
    const PatchGeometry unclipped = patch_geometry(graph, input, prefix.end, grid, {Borders::unclipped});
    RC_ASSERT(clipped.macs_executed >= one.macs_executed);
    RC_ASSERT(unclipped.macs_executed >= clipped.macs_executed);
    // Per layer: the sum of what patches compute is at least the whole, whatever they share counts again.
    for (std::size_t layer = 0; layer < one.patches[0].layers.size(); ++layer) {
      std::int64_t pixels = 0;
      ir::Region around;
      for (const Patch& patch : clipped.patches) {
        pixels += patch.layers[layer].region.pixels();
        around = ir::united(around, patch.layers[layer].region);
      }
      RC_ASSERT(around == one.patches[0].layers[layer].region);
      RC_ASSERT(pixels >= around.pixels());
    }
  }));
}

TEST(PatchGeometry, OnePatchNeedsTheMemoryOfLayerwiseExecution) {
  const Graph graph = testing::residual_graph();
  const TensorId end = cut_tensors(graph).back();
  const PatchGeometry one = patch_geometry(graph, graph.inputs[0], end, {1, 1}, {});
  EXPECT_GE(one.peak_bytes_with_input, layerwise_peak_bytes(graph, Counting::live, InputMemory::resident));
}

TEST(PatchGeometry, ALayersBytesAreItsInputItsOutputAndTheAssembledOne) {
  testing::GraphBuilder g("two layers");
  const TensorId in = g.input({1, 8, 8, 3});
  const TensorId wide = g.conv(in, 10, {3, 1, 1}, "wide");
  const TensorId narrow = g.conv(wide, 4, {3, 2, 1}, "narrow");
  const Graph graph = g.finish({g.conv(narrow, 2, {1, 1, 0}, "head")});
  const PatchGeometry geometry = patch_geometry(graph, in, narrow, {2, 2}, {});
  // Rows 0 and 1 of the 4 x 4 output read rows 0 ... 3 of the wide tensor, and those rows 0 ... 4 of the input.
  const Patch& first = geometry.patches[0];
  EXPECT_EQ(first.layers[0].region, (ir::Region{{0, 4}, {0, 4}}));
  EXPECT_EQ(first.input, (ir::Region{{0, 5}, {0, 5}}));
  EXPECT_EQ(first.layers[0].bytes, 4 * 4 * 10 + 4 * 4 * 4);
  EXPECT_EQ(first.layers[0].macs, 4 * 4 * 9 * 3 * 10);
  // The patch at the other corner reads one more row and column, of both.
  const Patch& last = geometry.patches[3];
  EXPECT_EQ(last.layers[0].region, (ir::Region{{3, 8}, {3, 8}}));
  EXPECT_EQ(last.input, (ir::Region{{2, 8}, {2, 8}}));
  EXPECT_EQ(geometry.peak_bytes, 5 * 5 * 10 + 4 * 4 * 4);
  EXPECT_EQ(geometry.peak_bytes_with_input, 6 * 6 * 3 + 5 * 5 * 10 + 4 * 4 * 4);
  EXPECT_EQ(geometry.macs_model, ir::macs_of(graph) - 4 * 4 * 4 * 2);
}

// ---- segments ----

TEST(SegmentBetween, IsTheLayersBetweenTwoTensors) {
  testing::GraphBuilder g("chain");
  const TensorId a = g.conv(g.input({1, 8, 8, 3}), 4, {3, 1, 1}, "a");
  const TensorId b = g.depthwise(a, {3, 1, 1}, "b");
  const TensorId c = g.add(a, b, "c");
  const Graph graph = g.finish({g.conv(c, 2, {1, 1, 0}, "d")});
  EXPECT_EQ(segment_between(graph, graph.inputs[0], c), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(segment_between(graph, a, c), (std::vector<int>{1, 2}));
  EXPECT_EQ(cut_tensors(graph), (std::vector<TensorId>{a, c, graph.outputs[0]}));
}

TEST(SegmentBetween, RefusesWhatIsReadFromOutside) {
  testing::GraphBuilder g("crossing");
  const TensorId a = g.conv(g.input({1, 8, 8, 3}), 4, {3, 1, 1}, "a");
  const TensorId b = g.depthwise(a, {3, 1, 1}, "b");
  const Graph graph = g.finish({g.add(a, b, "c")});
  try {
    segment_between(graph, graph.inputs[0], b);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"c\" also reads \"a\""));
  }
  EXPECT_THROW(patch_geometry(graph, a, b, {9, 1}, {}), Error);
}

TEST(PatchFront, HoldsNothingThatAnotherBeats) {
  const Graph graph = int8_graph(ir::builders::build("mcunet-vww1"));
  const std::vector<PatchedNetwork> front = patch_front(graph, {3, 3}, {}, InputMemory::excluded);
  ASSERT_GE(front.size(), 2U);
  for (std::size_t i = 1; i < front.size(); ++i) {
    EXPECT_GT(front[i].peak_bytes(InputMemory::excluded), front[i - 1].peak_bytes(InputMemory::excluded));
    EXPECT_LT(front[i].macs_executed, front[i - 1].macs_executed);
  }
}

}  // namespace
}  // namespace thimble::plan
