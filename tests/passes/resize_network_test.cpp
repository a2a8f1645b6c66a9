// Networks for pictures of another size: equal to those that are built for it, shape for shape.
#include "passes/resize_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "ir/builders/builders.h"
#include "ir/netconfig_graph.h"
#include "passes/same_shapes.h"
#include "plan/graph_builder.h"

namespace thimble::passes {
namespace {

using testing::GraphBuilder;

TEST(ResizeNetwork, EqualsTheNetworkThatIsBuiltForTheSize) {
  for (const ir::builders::Entry& entry : ir::builders::names()) {
    const ir::Graph graph = ir::to_graph(ir::builders::build(entry.name));
    for (const int size : {64, 80, 96, 130}) {
      SCOPED_TRACE(entry.name + " at " + std::to_string(size));
      ir::builders::Options options;
      options.resolution = size;
      testing::expect_same_shapes(with_input_size(graph, size, size),
                                  ir::to_graph(ir::builders::build(entry.name, options)));
    }
  }
}

TEST(ResizeNetwork, ComputesSamePaddingAgain) {
  GraphBuilder g("same");
  const auto in = g.input({1, 8, 6, 3});
  ir::Graph graph = g.finish({g.conv(in, 4, {3, 2, 1}, "strided")});
  auto& conv = std::get<ir::Conv2D>(graph.ops[0].kind);
  conv.padding = {0, 1, 0, 1};
  const ir::Graph odd = with_input_size(graph, 7, 6);
  EXPECT_EQ(std::get<ir::Conv2D>(odd.ops[0].kind).padding, (ir::Padding{1, 1, 0, 1}));
  EXPECT_EQ(odd.tensor(odd.outputs[0]).shape, (ir::Shape{1, 4, 3, 4}));
}

TEST(ResizeNetwork, ScalesUpsamplingAndFlattenedImages) {
  GraphBuilder g("upsampled");
  const auto in = g.input({1, 8, 8, 4});
  const auto small = g.conv(in, 4, {3, 2, 1}, "strided");
  const auto sum = g.add(g.resize(small, 8, 8, "larger"), in, "sum");
  const ir::Graph graph = with_input_size(g.finish({g.reshape(sum, {1, 64, 4}, "boxes")}), 12, 16);
  EXPECT_EQ(graph.tensor(graph.outputs[0]).shape, (ir::Shape{1, 12 * 16, 4}));
}

TEST(ResizeNetwork, NamesTheLayerThatFixesTheSize) {
  GraphBuilder g("fixed");
  const auto in = g.input({1, 8, 8, 3});
  const auto flat = g.reshape(g.conv(in, 4, {3, 2, 1}, "conv"), {1, 64}, "flat");
  const ir::Graph graph = g.finish({g.fully_connected(flat, 10, "classes")});
  try {
    with_input_size(graph, 12, 12);
    FAIL() << "its size is fixed";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("\"classes\" reads 64 values"));
  }
  EXPECT_NO_THROW(with_input_size(graph, 8, 8));
}

}  // namespace
}  // namespace thimble::passes
