// Random graphs that can be computed in patches from their input to their output: convolutions and poolings of all
// sizes, strides and paddings, residuals, branches that join, tensors that several layers read.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "graph_builder.h"

namespace thimble::testing {

inline ir::Graph patches_graph(unsigned seed) {
  std::mt19937 random(seed);
  GraphBuilder g("patches", seed);
  const auto any = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  TensorId x = g.conv(g.input({1, any(9, 17), any(9, 17), any(1, 4)}), 4, {3, any(1, 2), any(0, 1)}, "stem");
  const int layers = any(2, 7);
  for (int i = 0; i < layers && g.shape_of(x)[1] >= 4 && g.shape_of(x)[2] >= 4; ++i) {
    const std::string name = "layer " + std::to_string(i);
    const int size = std::vector{1, 2, 3, 5, 7}[static_cast<std::size_t>(any(0, 4))];
    const int padding = size / 2;
    switch (any(0, 7)) {
      case 0:
        x = g.conv(x, any(3, 5), {std::min(size, 3), any(1, 2), std::min(padding, 1)}, name);
        break;
      case 1:
        x = g.depthwise(x, {size, any(1, 2), padding}, name);
        break;
      case 2:
        x = g.max_pool(x, {3, any(1, 2), any(0, 1)}, name);
        break;
      case 3:
        x = g.sigmoid(g.pad(x, any(1, 2), name + " pad"), name);
        break;
      case 4: {  // An inverted residual; even kernels change the size.
        const TensorId plane = g.depthwise(g.conv(x, 6, {1, 1, 0}, name + " expand"), {3, 1, 1}, name);
        x = g.add(g.conv(plane, g.shape_of(x)[3], {1, 1, 0}, name + " project"), x, name + " sum");
        break;
      }
      case 5:
        x = g.concat({g.depthwise(x, {5, 1, 2}, name + " wide"), g.conv(x, 2, {1, 1, 0}, name + " narrow")}, name);
        break;
      case 6:
        x = g.mul(g.conv(x, 3, {3, 2, 1}, name), g.conv(x, 3, {1, 2, 0}, name + " other"), name + " product");
        break;
      default:
        x = g.conv(x, 4, {1, 1, 0}, name);
        break;
    }
  }
  return g.finish({x});
}

}  // namespace thimble::testing
