// Networks of fewer channels: equal to those that are built so, shape for shape.
#include "passes/narrow_network.h"

#include <gtest/gtest.h>

#include "ir/builders/builders.h"
#include "ir/netconfig_graph.h"
#include "passes/same_shapes.h"
#include "plan/graph_builder.h"

namespace thimble::passes {
namespace {

using testing::GraphBuilder;

TEST(NarrowNetwork, EqualsTheNetworkThatIsBuiltWithThatWidth) {
  for (const ir::builders::Entry& entry : ir::builders::names()) {
    const ir::Graph graph = ir::to_graph(ir::builders::build(entry.name));
    for (const double width : {0.75, 0.5}) {
      SCOPED_TRACE(entry.name + " times " + std::to_string(width));
      ir::builders::Options options;
      options.width = width;
      testing::expect_same_shapes(with_width(graph, width), ir::to_graph(ir::builders::build(entry.name, options)));
    }
  }
}

TEST(NarrowNetwork, KeepsInputsAndOutputs) {
  GraphBuilder g("classifier");
  const auto in = g.input({1, 8, 8, 3});
  const auto pooled = g.mean(g.conv(in, 32, {3, 2, 1}, "conv"), "pooled");
  const auto classes = g.fully_connected(g.reshape(pooled, {1, 32}, "flat"), 24, "classes");
  const ir::Graph graph = with_width(g.finish({g.softmax(classes, "softmax")}), 0.5);
  EXPECT_EQ(graph.tensor(graph.inputs[0]).shape, (ir::Shape{1, 8, 8, 3}));
  EXPECT_EQ(graph.tensor(graph.outputs[0]).shape, (ir::Shape{1, 24}));
  EXPECT_EQ(graph.tensor(graph.ops[0].outputs[0]).shape, (ir::Shape{1, 4, 4, 16}));
}

TEST(NarrowNetwork, KeepsTheWeightsOfTheFirstChannels) {
  GraphBuilder g("two");
  const auto in = g.input({1, 4, 4, 3});
  ir::Graph graph = g.finish({g.conv(g.conv(in, 16, {1, 1, 0}, "first"), 5, {1, 1, 0}, "second")});
  const ir::Graph narrow = with_width(graph, 0.5);
  const ir::TensorId weights = narrow.ops[1].inputs[1];
  ASSERT_EQ(narrow.tensor(weights).shape, (ir::Shape{5, 1, 1, 8}));
  const auto all = graph.tensor(weights).values<std::int8_t>();
  const auto kept = narrow.tensor(weights).values<std::int8_t>();
  for (std::size_t o = 0; o < 5; ++o)
    for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(kept[o * 8 + i], all[o * 16 + i]);
  EXPECT_EQ(narrow.tensor(narrow.ops[0].inputs[1]).quantization->scale.size(), 8U);
}

TEST(NarrowNetwork, GatesHaveTheChannelsOfTheirPlane) {
  GraphBuilder g("excited");
  const auto in = g.conv(g.input({1, 8, 6, 3}), 40, {3, 1, 1}, "stem");
  const auto plane = g.depthwise(g.conv(in, 120, {1, 1, 0}, "expand"), {3, 1, 1}, "depthwise");
  const auto squeezed = g.conv(g.mean(plane, "squeeze"), 32, {1, 1, 0}, "reduce");
  const auto gate = g.sigmoid(g.conv(squeezed, 120, {1, 1, 0}, "excite"), "gate");
  const auto out = g.add(g.conv(g.mul(plane, gate, "product"), 40, {1, 1, 0}, "project"), in, "sum");
  const ir::Graph graph = with_width(g.finish({g.conv(out, 10, {1, 1, 0}, "classes")}), 0.5);
  const auto channels = [&](std::size_t op) { return graph.tensor(graph.ops[op].outputs[0]).shape[3]; };
  EXPECT_EQ(channels(0), 24);
  EXPECT_EQ(channels(2), 72);  // Three times 24, not half of 120.
  EXPECT_EQ(channels(4), 24);  // A quarter of 72 is 18.
  EXPECT_EQ(channels(6), 72);
}

}  // namespace
}  // namespace thimble::passes
