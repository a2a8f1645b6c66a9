// The verifier, tested by corrupting plans: it must reject every corruption that changes an output.
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "channels_graph.h"
#include "ir/partial_sums.h"
#include "mutations.h"
#include "objection.h"
#include "passes/split_channels.h"
#include "patches_graph.h"
#include "plan/network_plan.h"
#include "plan/verify_plan.h"
#include "random_division.h"
#include "reference/interpreter.h"
#include "row_pipeline.h"
#include "sample_graphs.h"
#include "simulate.h"
#include "streamed_plan.h"
#include "test_kernels.h"
#include "tiles_graph.h"

namespace thimble::testing {
namespace {

/// A graph in 2 x 2 patches, layer by layer and, where it can be, two layers at a time as streams of rows.
void add_patches(const ir::Graph& graph, std::vector<PlannedGraph>& plans) {
  const ir::Graph patched = plan::in_patches(graph, {{2, 2}, graph.inputs.at(0), graph.outputs.at(0)});
  plans.push_back({patched, layerwise_plan(patched)});
  const plan::PlanOptions options;
  const std::vector<target::KernelChoice> kernels = test_kernels_of(patched);
  const std::vector<int> ops = plan::operators_to_run(patched, options);
  const plan::Holders holders = plan::view_holders(patched);
  const std::vector<plan::Lifetime> lifetimes = plan::lifetimes_of(patched, ops, holders);
  const plan::Divided network{patched, kernels, kernels, ops, holders, {}, lifetimes, options};
  std::vector<plan::Segment> segments;
  for (int first = 0; first < static_cast<int>(ops.size());) {
    const bool streams = first + 2 <= static_cast<int>(ops.size()) && plan::can_stream(network, first, first + 2);
    segments.push_back(streams ? plan::Segment{first, first + 2, 1} : plan::Segment{first, first + 1, 0});
    first = segments.back().end;
  }
  plans.push_back({patched, plan::plan_segments(patched, kernels, kernels, segments, options)});
}

/// Blocks split by channels, layer by layer and each group as a stream of rows.
void add_groups(const ir::Graph& graph, std::vector<PlannedGraph>& plans) {
  std::vector<passes::ChannelSplit> splits;
  for (const passes::ChannelBlock& block : passes::channel_blocks(graph)) splits.push_back({block, 3});
  const ir::Graph split = passes::split_channels(graph, splits);
  plans.push_back({split, layerwise_plan(split)});
  const std::vector<target::KernelChoice> kernels = test_kernels_of(split);
  std::vector<plan::Segment> segments{{0, 0, 1}};
  for (int op = 0; op < static_cast<int>(split.ops.size()); ++op) {
    ++segments.back().end;
    const bool ends = ir::is_partial(split, split.ops[static_cast<std::size_t>(op)]);
    if (ends && op + 1 < static_cast<int>(split.ops.size())) segments.push_back({op + 1, op + 1, 1});
  }
  plans.push_back({split, plan::plan_segments(split, kernels, kernels, segments, {})});
}

/// Blocks in tiles, layer by layer and all of them as one stream of rows.
void add_tiles(const ir::Graph& graph, unsigned seed, std::vector<PlannedGraph>& plans) {
  const ir::Graph tiled = in_some_tiles(graph, seed);
  plans.push_back({tiled, layerwise_plan(tiled)});
  const std::vector<target::KernelChoice> kernels = test_kernels_of(tiled);
  const std::vector<plan::Segment> all{{0, static_cast<int>(tiled.ops.size()), 1}};
  plans.push_back({tiled, plan::plan_segments(tiled, kernels, kernels, all, {})});
}

std::vector<PlannedGraph> sample_plans() {
  std::vector<PlannedGraph> plans;
  for (ir::Graph& graph : sample_graphs()) {
    plan::Plan in_place = layerwise_plan(graph);
    plan::PlanOptions plain;
    plain.in_place = plain.alias_views = plain.exact_offsets = false;
    plans.push_back({graph, layerwise_plan(graph, plain)});
    plans.push_back({std::move(graph), std::move(in_place)});
  }
  plans.push_back(streamed_convolutions({8, 5, {3, 4, 2}, 1}, test_kernel));
  plans.push_back(streamed_convolutions({8, 5, {3, 4, 2}, 2}, test_kernel));
  plans.push_back(streamed_convolutions({9, 5, {3, 4, 2}, 2}, test_kernel));
  for (const int stride : {1, 2}) {
    GraphBuilder g("summed rows");
    const TensorId first = g.conv(g.input({1, 9, 5, 3}), 4, {3, 1, 1}, "first");
    PlannedGraph planned{g.finish({g.mean(g.depthwise(first, {3, stride, 1}, "second"), "mean")}), {}};
    planned.plan = row_pipeline(planned.graph, summing_kernel);
    plans.push_back(std::move(planned));
  }
  for (const int stride : {1, 2}) {
    GraphBuilder g("depthwise in place");
    const TensorId first = g.conv(g.input({1, 12, 6, 3}), 4, {3, 1, 1}, "first");
    const TensorId second = g.depthwise(first, {3, stride, 1}, "second");
    ir::Graph graph = g.finish({g.conv(second, 2, {1, 1, 0}, "third")});
    const std::vector<target::KernelChoice> kernels = test_kernels_of(graph);
    const std::vector<plan::Segment> all{{0, 3, 1}};
    plan::Plan plan = plan::plan_segments(graph, kernels, kernels, all, {});
    EXPECT_TRUE(plan::has_shifted_rows(plan));
    plans.push_back({std::move(graph), std::move(plan)});
  }
  for (const ir::Graph& graph : sample_graphs())
    for (const int regions : {2, 3}) {
      plan::Plan plan = layerwise_plan_in_regions(graph, regions, 1.8 / regions - 0.1);
      EXPECT_GE(plan.regions.size(), 2U) << graph.name;
      plans.push_back({graph, std::move(plan)});
    }
  for (unsigned seed = 0; seed < 12; ++seed) {
    ir::Graph graph = random_graph(seed);
    plan::Plan plan = layerwise_plan(graph);
    plans.push_back({std::move(graph), std::move(plan)});
  }
  for (const unsigned seed : {3U, 5U, 8U}) add_patches(patches_graph(seed), plans);
  for (const unsigned seed : {1U, 2U, 4U}) add_groups(channels_graph(seed), plans);
  for (const unsigned seed : {0U, 1U, 2U, 3U, 4U, 5U}) add_tiles(tiles_graph(seed), seed, plans);
  return plans;
}

/// Whether the outputs of a simulated plan are those of the reference.
bool computes_reference(const PlannedGraph& planned, unsigned seed) {
  const auto inputs = random_inputs(planned.graph, seed);
  const auto outputs = simulate(planned.graph, planned.plan, inputs, seed + 1);
  return outputs.has_value() && *outputs == reference::run(planned.graph, inputs);
}

TEST(Mutation, ValidPlansVerifyAndComputeTheReference) {
  for (const PlannedGraph& planned : sample_plans()) {
    EXPECT_EQ(objection(planned), "") << planned.graph.name;
    EXPECT_TRUE(computes_reference(planned, 11)) << planned.graph.name;
  }
}

struct Count {
  int tried = 0;
  int changed = 0;             ///< An output.
  int rejected = 0;            ///< By the verifier.
  int rejected_unchanged = 0;  ///< Though no output changed.
};

void print(std::string_view name, const Count& count) {
  fmt::print("{:<38} tried {:>5}  changed an output {:>5}  rejected {:>5}, {:>4} without a change\n", name, count.tried,
             count.changed, count.rejected, count.rejected_unchanged);
}

/// Every third corruption is followed by another one: two errors must not hide each other.
TEST(Mutation, VerifierRejectsEveryCorruptionThatChangesAnOutput) {
  constexpr int trials = 12;
  std::map<std::string_view, Count> counts;
  Count total;
  std::mt19937 random(2);
  for (const PlannedGraph& valid : sample_plans())
    for (const Mutation& mutation : mutations())
      for (int trial = 0; trial < trials; ++trial) {
        PlannedGraph corrupt = valid;
        if (!mutation.apply(corrupt.plan, random)) continue;
        if (trial % 3 == 2) mutations()[random() % mutations().size()].apply(corrupt.plan, random);
        const bool changed = !computes_reference(corrupt, static_cast<unsigned>(random()));
        const bool rejected = !objection(corrupt).empty();
        ASSERT_TRUE(rejected || !changed)
            << mutation.name << " in a plan of " << valid.graph.name << " changes an output and passes the verifier";
        for (Count* count : {&counts[mutation.name], &total}) {
          ++count->tried;
          count->changed += changed ? 1 : 0;
          count->rejected += rejected ? 1 : 0;
          count->rejected_unchanged += rejected && !changed ? 1 : 0;
        }
      }
  for (const auto& [name, count] : counts) print(name, count);
  print("all", total);
  EXPECT_GE(total.tried, 1000);
  EXPECT_GE(total.changed * 2, total.tried) << "too few corruptions matter";
  EXPECT_LE(total.rejected_unchanged * 3, total.tried) << "the verifier rejects what is harmless";
  EXPECT_LT(total.rejected, total.tried) << "the verifier rejects everything";
}

}  // namespace
}  // namespace thimble::testing
