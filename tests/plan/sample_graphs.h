// Small graphs of every shape that the planner knows: chains, residuals, branches, views, several inputs and outputs.
#pragma once

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

inline std::vector<ir::Graph> sample_graphs() {
  return {chain_graph(), residual_graph(), branching_graph(), two_ended_graph()};
}

}  // namespace thimble::testing
