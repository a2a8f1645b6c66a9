// Random graphs of blocks that can be split by channels: inverted residuals of all kernel sizes, strides and widths,
// with what else works by channels in between, residual sums behind.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "graph_builder.h"

namespace thimble::testing {

inline ir::Graph channels_graph(unsigned seed) {
  std::mt19937 random(seed);
  GraphBuilder g("channels", seed);
  const auto any = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  TensorId x = g.input({1, any(3, 10), any(3, 10), any(1, 6)});
  const int blocks = any(1, 3);
  for (int i = 0; i < blocks; ++i) {
    const std::string name = "block " + std::to_string(i);
    const int kernel = std::vector{1, 3, 5, 7}[static_cast<std::size_t>(any(0, 3))];
    const int stride = any(1, 2);
    const int middle = any(12, 40);
    const int first = any(0, 3) == 0 ? 3 : 1;
    TensorId plane = g.conv(x, middle, {first, 1, first / 2}, name + " expand");
    if (any(0, 4) > 0) plane = g.depthwise(plane, {kernel, stride, kernel / 2}, name + " depthwise");
    if (any(0, 4) == 0) plane = g.sigmoid(plane, name + " sigmoid");
    if (any(0, 4) == 0) plane = g.max_pool(plane, {3, 1, 1}, name + " pool");
    const bool same_size = g.shape_of(plane)[1] == g.shape_of(x)[1] && g.shape_of(plane)[2] == g.shape_of(x)[2];
    const bool adds = same_size && any(0, 2) > 0;
    const TensorId projected = g.conv(plane, adds ? g.shape_of(x)[3] : any(1, 7), {1, 1, 0}, name + " project");
    x = adds ? g.add(projected, x, name + " sum") : projected;
  }
  return g.finish({x});
}

}  // namespace thimble::testing
