// Segments of random graphs in patches: the rewritten graph, its plans and their execution against the reference.
#include "passes/split_patches.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.h"
#include "ir/verify.h"
#include "patches_graph.h"
#include "plan/patch_geometry.h"
#include "plan/verify_plan.h"
#include "random_division.h"
#include "reference/interpreter.h"
#include "simulate.h"

namespace thimble::plan {
namespace {

/// Any segment of a graph that can run in patches, and patches that its output has pixels for.
struct AnySplit {
  ir::Graph graph;
  ir::TensorId output = ir::no_tensor;
  passes::PatchSplit split;
};

AnySplit any_split(unsigned seed) {
  AnySplit any{testing::patches_graph(seed), ir::no_tensor, {}};
  std::vector<ir::TensorId> ends{any.graph.inputs[0]};
  for (const ir::TensorId cut : cut_tensors(any.graph)) ends.push_back(cut);
  const auto count = static_cast<int>(ends.size());
  const int first = *rc::gen::inRange(0, count - 1);
  const int last = *rc::gen::inRange(first + 1, count);
  any.output = ends[static_cast<std::size_t>(last)];
  any.split.input = ends[static_cast<std::size_t>(first)];
  any.split.ops = segment_between(any.graph, any.split.input, any.output);
  const ir::Shape& shape = any.graph.tensor(any.output).shape;
  any.split.rows = *rc::gen::inRange(1, std::min(shape[1], 4) + 1);
  any.split.columns = *rc::gen::inRange(1, std::min(shape[2], 4) + 1);
  return any;
}

/// The split graph. Parts of a few rows may lie in the padding altogether, which is refused.
ir::Graph patched_graph(const AnySplit& any) {
  try {
    return passes::split_patches(any.graph, any.split);
  } catch (const Error& error) {
    RC_PRE(std::string(error.what()).find("nothing but padding") == std::string::npos);
    throw;
  }
}

TEST(SplitPatches, ComputesTheSameOutputs) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<unsigned>();
    const AnySplit any = any_split(seed);
    const ir::Graph patched = patched_graph(any);
    ir::verify(patched);
    const auto inputs = testing::random_inputs(any.graph, seed);
    RC_ASSERT(reference::run(patched, inputs) == reference::run(any.graph, inputs));
  }));
}

TEST(SplitPatches, ExecutesTheMacsOfItsGeometry) {
  EXPECT_TRUE(rc::check([] {
    const AnySplit any = any_split(*rc::gen::arbitrary<unsigned>());
    const PatchGeometry geometry =
        patch_geometry(any.graph, any.split.input, any.output, {any.split.rows, any.split.columns}, {});
    const std::int64_t executed = ir::macs_of(patched_graph(any));
    RC_ASSERT(executed == ir::macs_of(any.graph) - geometry.macs_model + geometry.macs_executed);
  }));
}

TEST(SplitPatches, AnyPlanVerifiesAndComputesTheSame) {
  EXPECT_TRUE(rc::check([] {
    const auto seed = *rc::gen::arbitrary<unsigned>();
    const AnySplit any = any_split(seed);
    const ir::Graph patched = patched_graph(any);
    const std::vector<target::KernelChoice> kernels = testing::test_kernels_of(patched);
    PlanOptions options;
    options.overlap = *rc::gen::arbitrary<bool>();
    const Plan plan =
        plan_segments(patched, kernels, kernels, testing::random_division(patched, kernels, options), options);
    verify_plan(patched, plan);
    const auto inputs = testing::random_inputs(any.graph, seed);
    RC_ASSERT(testing::simulate(patched, plan, inputs, seed) == reference::run(any.graph, inputs));
  }));
}

TEST(SplitPatches, WritesPartsOfTheOutputInTheirPlace) {
  testing::GraphBuilder g("plane");
  const auto in = g.input({1, 12, 12, 2});
  const ir::Graph graph = g.finish({g.conv(in, 16, {3, 1, 1}, "conv")});
  const ir::Graph patched = passes::split_patches(graph, {{0}, in, 2, 3});
  const Plan plan = testing::layerwise_plan(patched);
  verify_plan(patched, plan);
  const std::int64_t part = 6 * 4 * 16;
  EXPECT_LE(plan.arena_bytes, 12 * 12 * (16 + 2) + part + 7 * 6 * 2 + 64);
  PlanOptions copying;
  copying.alias_views = false;
  const Plan copies = testing::layerwise_plan(patched, copying);
  verify_plan(patched, copies);
  EXPECT_GT(copies.arena_bytes, plan.arena_bytes + 12 * 12 * 16 / 2);
}

TEST(SplitPatches, SharesConstants) {
  const ir::Graph graph = testing::patches_graph(1);
  const ir::TensorId output = graph.outputs[0];
  const ir::Graph patched =
      passes::split_patches(graph, {segment_between(graph, graph.inputs[0], output), graph.inputs[0], 1, 2});
  for (std::size_t id = graph.tensors.size(); id < patched.tensors.size(); ++id)
    EXPECT_TRUE(!patched.tensors[id].is_constant() || patched.tensors[id].bytes() == 16) << patched.tensors[id].name;
}

TEST(SplitPatches, RefusesLayersThatReadAllOfAPlane) {
  testing::GraphBuilder g("gate");
  const auto in = g.input({1, 8, 8, 4});
  const auto plane = g.conv(in, 4, {3, 1, 1}, "plane");
  const auto product = g.mul(plane, g.mean(plane, "gate"), "product");
  const ir::Graph graph = g.finish({product});
  EXPECT_THROW(passes::split_patches(graph, {segment_between(graph, in, product), in, 2, 2}), Error);
  EXPECT_THROW(passes::split_patches(graph, {segment_between(graph, in, plane), in, 9, 1}), Error);
}

}  // namespace
}  // namespace thimble::plan
