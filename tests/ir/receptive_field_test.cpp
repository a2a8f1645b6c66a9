// Receptive fields: regions are those that brute force finds, and windows compose.
#include "ir/receptive_field.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "ir/builders/builders.h"
#include "ir/netconfig_graph.h"
#include "plan/graph_builder.h"
#include "plan/sample_graphs.h"
#include "reference/interpreter.h"

namespace thimble::ir {
namespace {

using reference::Bytes;
using testing::GraphBuilder;

ReceptiveField any_window(int most_size) {
  return {*rc::gen::inRange(1, most_size + 1), *rc::gen::inRange(1, 4), -*rc::gen::inRange(0, 4)};
}

Interval any_interval(int size) {
  const int first = *rc::gen::inRange(0, size);
  return {first, *rc::gen::inRange(first + 1, size + 1)};
}

Region any_region(const Tensor& tensor) {
  const Region all = whole(tensor);
  return {any_interval(all.rows.end), any_interval(all.columns.end)};
}

Bytes random_values(const Tensor& tensor, std::mt19937& random) {
  Bytes values(static_cast<std::size_t>(tensor.bytes()));
  for (std::byte& value : values) value = static_cast<std::byte>(random() & 0xFFU);
  return values;
}

/// Calls `visit(y, x, first byte)` for each pixel of an int8 image.
template <typename Visit>
void each_pixel(const Tensor& tensor, Visit visit) {
  for (int y = 0; y < tensor.shape[1]; ++y) {
    for (int x = 0; x < tensor.shape[2]; ++x) visit(y, x, (y * tensor.shape[2] + x) * tensor.shape[3]);
  }
}

bool inside(const Region& region, int y, int x) { return region.contains({{y, y + 1}, {x, x + 1}}); }

// ---- windows ----

TEST(ReceptiveField, OfAConvolutionIsItsKernelStrideAndPadding) {
  GraphBuilder g("conv");
  const TensorId in = g.input({1, 9, 9, 2});
  const TensorId out = g.conv(in, 3, {3, 2, 1}, "conv");
  const Graph graph = g.finish({out});
  const PlaneField field = *field_of(graph, graph.ops[0], 0);
  EXPECT_EQ(field.rows, (ReceptiveField{3, 2, -1}));
  EXPECT_EQ(field.rows.halo(), 1);
  EXPECT_EQ(field.rows.under({0, 2}), (Interval{-1, 4}));
  EXPECT_EQ(region_needed(graph, graph.ops[0], 0, {{0, 2}, {4, 5}}, Borders::clipped), (Region{{0, 4}, {7, 9}}));
  EXPECT_EQ(region_needed(graph, graph.ops[0], 0, {{0, 2}, {4, 5}}, Borders::unclipped), (Region{{-1, 4}, {7, 10}}));
}

TEST(ReceptiveField, OfTwoLayersIsTheFieldOfTheFieldOfTheSecond) {
  EXPECT_TRUE(rc::check([] {
    const ReceptiveField first = any_window(7);
    const ReceptiveField second = any_window(7);
    const Interval out = any_interval(20);
    RC_ASSERT(composed(first, second).under(out) == first.under(second.under(out)));
  }));
}

TEST(ReceptiveField, CompositionIsAssociativeAndHasAUnit) {
  EXPECT_TRUE(rc::check([] {
    const ReceptiveField a = any_window(5);
    const ReceptiveField b = any_window(5);
    const ReceptiveField c = any_window(5);
    RC_ASSERT(composed(composed(a, b), c) == composed(a, composed(b, c)));
    RC_ASSERT(composed(a, ReceptiveField{}) == a);
    RC_ASSERT(composed(ReceptiveField{}, a) == a);
  }));
}

TEST(ReceptiveField, NeighbouringOutputsShareTheHalo) {
  EXPECT_TRUE(rc::check([] {
    const ReceptiveField field = any_window(9);
    const Interval one = field.under({4, 5});
    const Interval next = field.under({5, 6});
    RC_ASSERT(field.halo() == std::max(one.end - next.first, 0));
  }));
}

// The receptive field of MobileNetV2's last feature map, 491 x 491, is in the literature.
TEST(ReceptiveField, OfMobileNetV2IsKnown) {
  const Graph graph = to_graph(builders::build("mobilenetv2"));
  const auto last = std::ranges::find(graph.tensors, "feature_mix", &Tensor::name);
  const auto field = field_between(graph, graph.inputs[0], static_cast<TensorId>(last - graph.tensors.begin()));
  ASSERT_TRUE(field.has_value());
  EXPECT_EQ(field->rows.size, 491);
  EXPECT_EQ(field->rows.stride, 32);
  EXPECT_EQ(field->rows, field->columns);
}

// ---- regions of graphs, against brute force ----

/// Pixels as (row, column).
using Pixels = std::set<std::pair<int, int>>;

/// The pixels of an input image that one pixel of an output is computed from, by the definition of each operator and
/// nothing else. Knows what `windowed_graph` below makes.
class Influence {
 public:
  explicit Influence(const Graph& graph) : graph_(graph) {}

  Pixels on(TensorId tensor, int y, int x) {
    const Shape& shape = graph_.tensor(tensor).shape;
    if (y < 0 || x < 0 || y >= shape[1] || x >= shape[2]) return {};
    if (tensor == graph_.inputs[0]) return {{y, x}};
    const auto found = known_.find({tensor, y, x});
    if (found != known_.end()) return found->second;
    return known_[{tensor, y, x}] = through(producer(tensor), y, x);
  }

 private:
  const Op& producer(TensorId tensor) const {
    for (const Op& op : graph_.ops) {
      if (op.outputs[0] == tensor) return op;
    }
    throw std::logic_error("no producer");
  }

  Pixels window(TensorId in, int y, int x, int size, int stride, int padding) {
    Pixels sum;
    for (int ky = 0; ky < size; ++ky) {
      for (int kx = 0; kx < size; ++kx) sum.merge(on(in, y * stride + ky - padding, x * stride + kx - padding));
    }
    return sum;
  }

  Pixels through(const Op& op, int y, int x) {
    if (const auto* conv = std::get_if<Conv2D>(&op.kind)) {
      return window(op.inputs[0], y, x, graph_.tensor(op.inputs[1]).shape[1], conv->stride_h, conv->padding.top);
    }
    if (const auto* conv = std::get_if<DepthwiseConv2D>(&op.kind)) {
      return window(op.inputs[0], y, x, graph_.tensor(op.inputs[1]).shape[1], conv->stride_h, conv->padding.top);
    }
    if (const auto* pool = std::get_if<Pool2D>(&op.kind)) {
      return window(op.inputs[0], y, x, pool->filter_h, pool->stride_h, pool->padding.top);
    }
    if (const auto* pad = std::get_if<Pad>(&op.kind))
      return on(op.inputs[0], y - pad->amounts[1][0], x - pad->amounts[2][0]);
    if (std::holds_alternative<ResizeNearest>(op.kind)) {
      const Shape& in = graph_.tensor(op.inputs[0]).shape;
      const Shape& out = graph_.tensor(op.outputs[0]).shape;
      return on(op.inputs[0], y * in[1] / out[1], x * in[2] / out[2]);
    }
    Pixels sum;
    for (const TensorId in : op.inputs) sum.merge(on(in, y, x));
    return sum;
  }

  const Graph& graph_;
  std::map<std::tuple<TensorId, int, int>, Pixels> known_;
};

/// A chain of windows without gaps (size >= stride, padding < size), some with a residual or a second branch.
Graph windowed_graph() {
  GraphBuilder g("windowed", 3);
  TensorId x = g.input({1, *rc::gen::inRange(9, 16), *rc::gen::inRange(9, 16), 2});
  const int layers = *rc::gen::inRange(1, 6);
  for (int i = 0; i < layers; ++i) {
    const std::string name = "layer " + std::to_string(i);
    const int size = *rc::gen::element(1, 2, 3, 5);
    const int stride = *rc::gen::inRange(1, std::min(size, 2) + 1);
    const int padding = *rc::gen::inRange(0, (size + 1) / 2);
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
        x = g.conv(x, 2, {size, stride, std::max(padding, size / 2)}, name);
        break;
      case 1:
        x = g.depthwise(x, {size, stride, std::max(padding, size / 2)}, name);
        break;
      case 2:
        x = g.max_pool(x, {2, 1, 0}, name);
        break;
      case 3:
        x = g.pad(x, 1, name);
        break;
      case 4:
        x = g.add(g.depthwise(x, {3, 1, 1}, name + " near"), g.conv(x, 2, {5, 1, 2}, name + " far"), name);
        break;
      default:
        x = g.conv(g.concat({x, g.depthwise(x, {3, 1, 1}, name + " branch")}, name + " both"), 2, {1, 1, 0}, name);
        break;
    }
  }
  return g.finish({x});
}

TEST(RegionsNeeded, AreTheRectanglesAroundWhatBruteForceFinds) {
  EXPECT_TRUE(rc::check([] {
    const Graph graph = windowed_graph();
    const TensorId target = graph.outputs[0];
    const Region region = any_region(graph.tensor(target));
    const std::vector<Region> needed = regions_needed(graph, target, region, Borders::clipped);
    Influence influence(graph);
    Region found;
    for (int y = region.rows.first; y < region.rows.end; ++y) {
      for (int x = region.columns.first; x < region.columns.end; ++x) {
        for (const auto& [row, column] : influence.on(target, y, x)) {
          found = united(found, {{row, row + 1}, {column, column + 1}});
        }
      }
    }
    RC_ASSERT(needed[static_cast<std::size_t>(graph.inputs[0])] == found);
  }));
}

// The interpreter says what an operator reads: changing every input pixel outside the region changes nothing inside.
TEST(RegionsNeeded, HoldAllThatTheInterpreterReads) {
  EXPECT_TRUE(rc::check([] {
    const Graph graph = testing::random_graph(*rc::gen::arbitrary<unsigned>());
    const TensorId target = graph.outputs[0];
    const Region region = any_region(graph.tensor(target));
    const std::vector<Region> needed = regions_needed(graph, target, region, Borders::clipped);
    std::mt19937 random(*rc::gen::arbitrary<unsigned>());
    std::vector<Bytes> inputs;
    for (const TensorId id : graph.inputs) inputs.push_back(random_values(graph.tensor(id), random));
    const Bytes expected = reference::run(graph, inputs)[0];
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Tensor& input = graph.tensor(graph.inputs[i]);
      each_pixel(input, [&](int y, int x, int byte) {
        if (inside(needed[static_cast<std::size_t>(graph.inputs[i])], y, x)) return;
        for (int c = 0; c < input.shape[3]; ++c) {
          inputs[i][static_cast<std::size_t>(byte + c)] = static_cast<std::byte>(random() & 0xFFU);
        }
      });
    }
    const Bytes found = reference::run(graph, inputs)[0];
    const Tensor& output = graph.tensor(target);
    each_pixel(output, [&](int y, int x, int byte) {
      if (!inside(region, y, x)) return;
      for (int c = 0; c < output.shape[3]; ++c) {
        RC_ASSERT(found[static_cast<std::size_t>(byte + c)] == expected[static_cast<std::size_t>(byte + c)]);
      }
    });
  }));
}

TEST(RegionsNeeded, GrowWithTheRegionAndUnclippedOnesHoldTheClipped) {
  EXPECT_TRUE(rc::check([] {
    const Graph graph = testing::random_graph(*rc::gen::arbitrary<unsigned>());
    const TensorId target = graph.outputs[0];
    const Region small = any_region(graph.tensor(target));
    const Region large = united(small, any_region(graph.tensor(target)));
    const auto of_small = regions_needed(graph, target, small, Borders::clipped);
    const auto of_large = regions_needed(graph, target, large, Borders::clipped);
    const auto unclipped = regions_needed(graph, target, small, Borders::unclipped);
    for (std::size_t id = 0; id < graph.tensors.size(); ++id) {
      RC_ASSERT(of_large[id].contains(of_small[id]));
      RC_ASSERT(unclipped[id].contains(of_small[id]));
      RC_ASSERT(of_small[id].empty() || whole(graph.tensors[id]).contains(of_small[id]));
    }
  }));
}

TEST(RegionsNeeded, AgreeWithTheFieldOfTheWholePath) {
  EXPECT_TRUE(rc::check([] {
    const Graph graph = windowed_graph();
    const TensorId target = graph.outputs[0];
    const Region region = any_region(graph.tensor(target));
    const auto field = field_between(graph, graph.inputs[0], target);
    RC_ASSERT(field.has_value());
    const auto needed = regions_needed(graph, target, region, Borders::unclipped);
    const Region expected{field->rows.under(region.rows), field->columns.under(region.columns)};
    RC_ASSERT(needed[static_cast<std::size_t>(graph.inputs[0])] == expected);
  }));
}

TEST(RegionsNeeded, OfARegionOfAResizeStayInTheImage) {
  GraphBuilder g("resized");
  const TensorId in = g.input({1, 4, 6, 1});
  const TensorId out = g.resize(in, 8, 12, "large");
  const Graph graph = g.finish({out});
  EXPECT_EQ(region_needed(graph, graph.ops[0], 0, {{1, 4}, {10, 12}}, Borders::clipped), (Region{{0, 2}, {5, 6}}));
}

TEST(MacsOf, ARegionAreItsShareOfTheLayers) {
  GraphBuilder g("shares");
  const TensorId out = g.conv(g.input({1, 8, 8, 3}), 5, {3, 1, 1}, "conv");
  const Graph graph = g.finish({out});
  EXPECT_EQ(macs_of(graph, graph.ops[0], whole(graph.tensor(out))), macs_of(graph));
  EXPECT_EQ(macs_of(graph, graph.ops[0], {{0, 2}, {4, 8}}), 2 * 4 * 3 * 3 * 3 * 5);
  EXPECT_EQ(bytes_of(graph.tensor(out), {{-1, 2}, {4, 8}}), 3 * 4 * 5);
}

}  // namespace
}  // namespace thimble::ir
