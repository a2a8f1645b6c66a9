// Small graphs of every shape that the planner knows: chains, residuals, branches, views, several inputs and outputs.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "graph_builder.h"

namespace thimble::testing {

inline ir::Graph chain_graph() {
  GraphBuilder g("chain");
  TensorId x = g.input({1, 8, 6, 3});
  x = g.conv(x, 8, {3, 2, 1}, "conv");
  x = g.depthwise(x, {3, 1, 1}, "depthwise");
  x = g.conv(x, 5, {1, 1, 0}, "pointwise");
  x = g.sigmoid(x, "sigmoid");
  x = g.reshape(x, {1, 60}, "flat");
  x = g.fully_connected(x, 7, "classifier");
  return g.finish({g.softmax(x, "softmax")});
}

inline ir::Graph residual_graph() {
  GraphBuilder g("residual", 2);
  const TensorId in = g.input({1, 6, 6, 4});
  const TensorId expand = g.conv(in, 8, {1, 1, 0}, "expand");
  const TensorId depthwise = g.depthwise(expand, {3, 1, 1}, "depthwise");
  const TensorId project = g.conv(depthwise, 4, {1, 1, 0}, "project");
  const TensorId sum = g.add(project, in, "sum");
  const TensorId pool = g.max_pool(sum, {2, 2, 0}, "pool");
  const TensorId again = g.conv(pool, 4, {3, 1, 1}, "again");
  return g.finish({g.add(pool, again, "sum again")});
}

/// Squeeze and excite, and joined branches of different resolution.
inline ir::Graph branching_graph() {
  GraphBuilder g("branching", 3);
  const TensorId in = g.input({1, 5, 5, 4});
  const TensorId left = g.conv(g.pad(in, 1, "pad"), 4, {3, 1, 0}, "left");
  const TensorId gate = g.sigmoid(g.mean(left, "squeeze"), "gate");
  const TensorId excited = g.mul(left, gate, "excited");
  const TensorId small = g.conv(in, 6, {3, 2, 1}, "small");
  const TensorId large = g.resize(small, 5, 5, "large");
  const TensorId joined = g.concat({excited, large}, "joined");
  return g.finish({g.conv(joined, 3, {1, 1, 0}, "head"), small});
}

/// Two inputs, one of them also an output's operand twice; an output that is a view; an input used late.
inline ir::Graph two_ended_graph() {
  GraphBuilder g("two_ended", 4);
  const TensorId a = g.input({1, 4, 4, 3}, "a");
  const TensorId b = g.input({1, 4, 4, 3}, "b");
  const TensorId first = g.conv(a, 3, {3, 1, 1}, "first");
  const TensorId doubled = g.add(first, first, "doubled");
  const TensorId second = g.conv(doubled, 3, {3, 1, 1}, "second");
  const TensorId late = g.mul(second, b, "late");
  return g.finish({g.reshape(late, {1, 48}, "view"), doubled});
}

/// Depthwise convolutions over inputs that die, one after another: same size, smaller, of odd sizes and paddings.
inline ir::Graph depthwise_graph() {
  GraphBuilder g("depthwise", 5);
  TensorId x = g.conv(g.input({1, 9, 7, 2}), 5, {1, 1, 0}, "expand");
  x = g.depthwise(x, {3, 1, 1}, "same");
  x = g.depthwise(x, {3, 2, 1}, "half");
  x = g.depthwise(x, {5, 1, 2}, "wide");
  x = g.sigmoid(x, "gate");
  x = g.depthwise(x, {2, 1, 0}, "even");
  return g.finish({g.conv(x, 9, {1, 1, 0}, "head")});
}

inline std::vector<ir::Graph> sample_graphs() {
  return {chain_graph(), residual_graph(), branching_graph(), two_ended_graph(), depthwise_graph()};
}

/// A random graph: each operator reads one or two tensors computed before it.
inline ir::Graph random_graph(unsigned seed) {
  std::mt19937 random(seed);
  GraphBuilder g("random", seed);
  std::vector<TensorId> made{g.input({1, 6, 5, 4})};
  if (random() % 2 == 0) made.push_back(g.input({1, 6, 5, 4}, "input 2"));
  const auto pick = [&] { return made[random() % made.size()]; };
  const int operators = 3 + static_cast<int>(random() % 8);
  for (int i = 0; i < operators; ++i) {
    const std::string name = "op " + std::to_string(i);
    switch (random() % 10) {
      case 0:
        made.push_back(g.conv(pick(), 4, {3, 1, 1}, name));
        break;
      case 1:
        made.push_back(g.depthwise(random() % 2 == 0 ? pick() : made.back(), {3, 1, 1}, name));
        break;
      case 2:
        made.push_back(g.add(pick(), pick(), name));
        break;
      case 3:
        made.push_back(g.sigmoid(pick(), name));
        break;
      case 4:
        made.push_back(random() % 2 == 0 ? g.mul(pick(), g.mean(pick(), name + " mean"), name)
                                         : g.mul(pick(), g.mean_of_rows(pick(), name + " mean"), name));
        break;
      case 5:
        made.push_back(g.conv(g.concat({pick(), pick()}, name + " concat"), 4, {1, 1, 0}, name));
        break;
      case 6:
        made.push_back(g.reshape(g.reshape(pick(), {1, 120}, name + " flat"), {1, 6, 5, 4}, name));
        break;
      case 7:
        made.push_back(g.resize(g.max_pool(pick(), {2, 2, 0}, name + " pool"), 6, 5, name));
        break;
      case 8:
        made.push_back(g.resize(g.depthwise(made.back(), {3, 2, 1}, name + " half"), 6, 5, name));
        break;
      default:
        made.push_back(g.conv(g.pad(pick(), 1, name + " pad"), 4, {3, 1, 0}, name));
        break;
    }
  }
  std::vector<TensorId> outputs{made.back()};
  if (random() % 3 == 0 && made[made.size() / 2] != made.back()) outputs.push_back(made[made.size() / 2]);
  return g.finish(outputs);
}

}  // namespace thimble::testing
