#include "emulate/sweep_graphs.h"

#include <algorithm>
#include <array>
#include <utility>

#include "emulate/sweep_builder.h"

namespace thimble::emulate {

namespace {

using Graphs = std::vector<ir::Graph>;

/// SAME or no padding, or sides of their own, for a kernel that fits the image.
ir::Padding any_padding(Draws& draws, int reach_h, int reach_w) {
  if (draws.once_in(4)) return {};
  ir::Padding padding{reach_h / 2, reach_h - reach_h / 2, reach_w / 2, reach_w - reach_w / 2};
  if (draws.once_in(4)) padding.top = padding.left = 0;
  if (draws.once_in(5)) padding.bottom = padding.right = 0;
  return padding;
}

void add_pointwise(Graphs& graphs, Draws& draws, int count) {
  for (int i = 0; i < count; ++i) {
    SweptConvolution c;
    c.in_h = draws.between(1, 9);
    c.in_w = draws.between(1, 9);
    c.in_ch = draws.once_in(3) ? draws.between(1, 30) : 4 * draws.between(1, 24);
    c.out_ch = draws.between(1, 40);
    c.stride = draws.once_in(5) ? 2 : 1;
    c.clamped = draws.once_in(4);
    c.has_outliers = draws.once_in(3);
    graphs.push_back(convolution_graph(draws, c));
  }
}

/// Pointwise convolutions whose input channels come in three groups of equal or different size.
void add_partial(Graphs& graphs, Draws& draws, int count) {
  for (int i = 0; i < count; ++i) {
    SweptConvolution c;
    c.in_h = draws.between(1, 9);
    c.in_w = draws.between(1, 9);
    c.out_ch = draws.between(1, 40);
    c.clamped = draws.once_in(4);
    c.has_outliers = draws.once_in(3);
    std::vector<int> groups;
    for (int group = 0; group < 3; ++group) {
      groups.push_back(draws.once_in(3) ? draws.between(1, 30) : 4 * draws.between(1, 24));
      c.in_ch = (group == 0 ? 0 : c.in_ch) + groups.back();  // Sets the scale of the outputs.
    }
    graphs.push_back(partial_graph(draws, c, groups));
  }
}

/// Fully connected layers, and convolutions of one or two pixels.
void add_fully_connected(Graphs& graphs, Draws& draws, int count) {
  for (int i = 0; i < count; ++i) {
    SweptConvolution c;
    c.fully_connected = !draws.once_in(3);
    c.in_ch = draws.once_in(4) ? draws.between(1, 50) : 4 * draws.between(1, 200);
    c.out_ch = draws.between(1, 50);
    c.clamped = draws.once_in(4);
    c.has_outliers = draws.once_in(3);
    if (!c.fully_connected) c.in_w = draws.between(1, 2);
    graphs.push_back(convolution_graph(draws, c));
  }
}

void add_spatial(Graphs& graphs, Draws& draws, int count, bool by_four) {
  for (int i = 0; i < count; ++i) {
    SweptConvolution c;
    c.in_ch = by_four ? 4 * draws.between(1, 8) : draws.one_of({1, 1, 1, 3, 3, 3, 3, 2, 5, 6, 7, 9});
    c.kernel_h = draws.one_of({1, 2, 3, 3, 3, 3, 5, 7, 10});
    c.kernel_w = draws.once_in(4) ? draws.one_of({1, 2, 3, 4, 5}) : std::min(c.kernel_h, 7);
    c.stride = draws.one_of({1, 1, 2, 2, 3});
    c.dilation = draws.once_in(8) ? 2 : 1;
    const int reach_h = (c.kernel_h - 1) * c.dilation;
    const int reach_w = (c.kernel_w - 1) * c.dilation;
    c.in_h = reach_h + draws.between(1, 6);
    c.in_w = reach_w + draws.between(1, 16);
    c.out_ch = draws.between(1, 20);
    c.padding = any_padding(draws, reach_h, reach_w);
    c.clamped = draws.once_in(4);
    c.has_outliers = draws.once_in(3);
    graphs.push_back(convolution_graph(draws, c));
  }
}

void add_depthwise(Graphs& graphs, Draws& draws, int count, int size, int stride) {
  for (int i = 0; i < count; ++i) {
    SweptConvolution c;
    c.depthwise = true;
    c.kernel_h = c.kernel_w = size;
    c.stride = stride;
    c.in_ch = c.out_ch = draws.once_in(3) ? draws.between(2, 11) : 4 * draws.between(1, 5);
    c.in_h = size - 1 + draws.between(1, 8);
    c.in_w = size - 1 + draws.between(1, 14);
    c.padding = any_padding(draws, size - 1, size - 1);
    c.clamped = draws.once_in(4);
    c.has_outliers = draws.once_in(3);
    graphs.push_back(convolution_graph(draws, c));
  }
}

/// Spectrograms, much higher than wide.
void add_tall_depthwise(Graphs& graphs, Draws& draws, int count) {
  for (int i = 0; i < count; ++i) {
    SweptConvolution c;
    c.depthwise = true;
    c.kernel_h = c.kernel_w = 3;
    c.in_ch = c.out_ch = draws.once_in(3) ? draws.between(2, 11) : 4 * draws.between(1, 5);
    c.in_h = draws.between(12, 50);
    c.in_w = draws.between(3, 7);
    c.padding = any_padding(draws, 2, 2);
    c.clamped = draws.once_in(4);
    c.has_outliers = draws.once_in(3);
    graphs.push_back(convolution_graph(draws, c));
  }
}

/// What no unrolled kernel runs: multipliers, dilations, kernels that are not square, images of one column.
void add_other_depthwise(Graphs& graphs, Draws& draws, int count) {
  for (int i = 0; i < count; ++i) {
    SweptConvolution c;
    c.depthwise = true;
    c.kernel_h = draws.one_of({1, 2, 3, 4});
    c.kernel_w = draws.one_of({2, 3, 3, 5});
    c.stride = draws.one_of({1, 2, 3});
    c.dilation = draws.once_in(3) ? 2 : 1;
    c.in_ch = draws.between(2, 9);
    c.out_ch = c.in_ch * draws.one_of({1, 1, 2, 3});
    c.in_h = (c.kernel_h - 1) * c.dilation + draws.between(1, 5);
    c.in_w = (c.kernel_w - 1) * c.dilation + draws.between(1, 7);
    if (draws.once_in(4)) {
      c.kernel_h = draws.between(2, 9);
      c.in_h = c.kernel_h * c.dilation + draws.between(1, 20);
      c.kernel_w = c.in_w = 1;
    }
    c.padding = any_padding(draws, (c.kernel_h - 1) * c.dilation, (c.kernel_w - 1) * c.dilation);
    c.clamped = draws.once_in(4);
    c.has_outliers = draws.once_in(3);
    graphs.push_back(convolution_graph(draws, c));
  }
}

ir::Shape any_image(Draws& draws) { return {1, draws.between(1, 9), draws.between(1, 9), draws.between(1, 24)}; }

template <typename Binary>
void add_binary(Graphs& graphs, Draws& draws, int count, float out_scale) {
  for (int i = 0; i < count; ++i) {
    SweepBuilder builder(draws);
    const ir::Shape shape = any_image(draws);
    const ir::Shape second = draws.once_in(5) ? ir::Shape{1, 1, 1, shape[3]} : shape;
    const float scales[] = {0.05F, draws.once_in(3) ? 0.05F : 0.031F};
    const bool swapped = draws.once_in(2);
    const ir::TensorId a = builder.input(shape, scales[swapped ? 1 : 0], -3);
    const ir::TensorId b = builder.input(second, scales[swapped ? 0 : 1], 7);
    Binary kind;
    const bool clamped = draws.once_in(4);
    if (clamped) kind.activation = ir::Activation::relu;
    graphs.push_back(builder.finish(kind, {a, b}, out_scale, clamped ? -20 : 4));
  }
}

/// Windows of any size, or `whole` ones only.
void add_pool(Graphs& graphs, Draws& draws, int count, ir::PoolKind kind, bool whole = false) {
  for (int i = 0; i < count; ++i) {
    SweepBuilder builder(draws);
    ir::Pool2D pool;
    pool.kind = kind;
    ir::Shape shape = any_image(draws);
    if (whole || draws.once_in(3)) {  // Over the whole image, as networks end.
      if (draws.once_in(2)) shape[1] *= 3;
      pool.filter_h = shape[1];
      pool.filter_w = shape[2];
    } else {
      pool.filter_h = pool.filter_w = draws.one_of({2, 2, 3, 5});
      pool.stride_h = pool.stride_w = draws.one_of({1, 2, 2, 3});
      shape[1] += pool.filter_h - 1;
      shape[2] += pool.filter_w - 1;
      if (draws.once_in(3)) pool.padding = {1, 1, 1, 1};
    }
    if (draws.once_in(4)) pool.activation = ir::Activation::relu;
    const ir::TensorId in = builder.input(shape);
    graphs.push_back(builder.finish(pool, {in}, 0.05F, -3));
  }
}

void add_means(Graphs& graphs, Draws& draws, int count) {
  for (int i = 0; i < count; ++i) {
    SweepBuilder builder(draws);
    const ir::TensorId in = builder.input(any_image(draws));
    ir::Mean mean;
    mean.axes = draws.once_in(4) ? std::vector<int>{3} : std::vector<int>{1, 2};
    mean.keep_dims = draws.once_in(2);
    graphs.push_back(builder.finish(mean, {in}, 0.02F, 1));
  }
}

void add_pads(Graphs& graphs, Draws& draws, int count) {
  for (int i = 0; i < count; ++i) {
    SweepBuilder builder(draws);
    const ir::TensorId in = builder.input(any_image(draws));
    ir::Pad pad;
    pad.amounts.assign(4, {0, 0});
    for (std::size_t d = 1; d < 3; ++d) pad.amounts[d] = {draws.between(0, 2), draws.between(0, 2)};
    if (draws.once_in(4)) pad.amounts[3] = {draws.between(0, 3), draws.between(1, 5)};
    graphs.push_back(builder.finish(pad, {in}, 0.05F, -3));
  }
}

void add_resizes(Graphs& graphs, Draws& draws, int count) {
  for (int i = 0; i < count; ++i) {
    SweepBuilder builder(draws);
    const ir::Shape shape = any_image(draws);
    const ir::TensorId in = builder.input(shape);
    const int factor = draws.between(1, 3);
    graphs.push_back(
        builder.finish(ir::ResizeNearest{}, {in}, 0.05F, -3, {1, factor * shape[1], factor * shape[2], shape[3]}));
  }
}

void add_transposes(Graphs& graphs, Draws& draws, int count) {
  const std::vector<std::vector<int>> permutations = {{0, 3, 1, 2}, {0, 2, 1, 3}, {0, 2, 3, 1}, {0, 1, 3, 2}};
  for (int i = 0; i < count; ++i) {
    SweepBuilder builder(draws);
    const ir::TensorId in = builder.input(any_image(draws));
    ir::Transpose transpose{permutations[static_cast<std::size_t>(draws.between(0, 3))]};
    graphs.push_back(builder.finish(std::move(transpose), {in}, 0.05F, -3));
  }
}

void add_concatenations(Graphs& graphs, Draws& draws, int count) {
  for (int i = 0; i < count; ++i) {
    SweepBuilder builder(draws);
    ir::Concat concat;
    concat.axis = draws.between(1, 3);
    const ir::Shape shape = any_image(draws);
    std::vector<ir::TensorId> inputs;
    for (int n = draws.between(2, 4); n > 0; --n) {
      ir::Shape part = shape;
      part[static_cast<std::size_t>(concat.axis)] = draws.between(1, 12);
      inputs.push_back(builder.input(std::move(part)));
    }
    graphs.push_back(builder.finish(concat, std::move(inputs), 0.05F, -3));
  }
}

void add_tables(Graphs& graphs, Draws& draws, int count) {
  for (int i = 0; i < count; ++i) {
    SweepBuilder builder(draws);
    const ir::TensorId in = builder.input(any_image(draws));
    graphs.push_back(i % 2 == 0 ? builder.finish(ir::Sigmoid{}, {in}, 1.0F / 256, -128)
                                : builder.finish(ir::Quantize{}, {in}, 0.07F, 5));
  }
}

void add_softmaxes(Graphs& graphs, Draws& draws, int count) {
  for (int i = 0; i < count; ++i) {
    SweepBuilder builder(draws);
    const ir::TensorId in = builder.input({draws.once_in(3) ? draws.between(2, 6) : 1, draws.between(2, 40)});
    graphs.push_back(builder.finish(ir::Softmax{}, {in}, 1.0F / 256, -128));
  }
}

}  // namespace

std::vector<ir::Graph> sweep_graphs() {
  Draws draws(1);
  Graphs graphs;
  add_pointwise(graphs, draws, 90);
  add_fully_connected(graphs, draws, 70);
  add_spatial(graphs, draws, 80, true);
  add_spatial(graphs, draws, 110, false);
  for (const int size : {3, 5, 7}) {
    for (const int stride : {1, 2}) add_depthwise(graphs, draws, 50, size, stride);
  }
  add_tall_depthwise(graphs, draws, 50);
  add_other_depthwise(graphs, draws, 80);
  add_binary<ir::Add>(graphs, draws, 40, 0.08F);
  add_binary<ir::Sub>(graphs, draws, 20, 0.08F);
  add_binary<ir::Mul>(graphs, draws, 30, 0.2F);
  add_pool(graphs, draws, 40, ir::PoolKind::average);
  add_pool(graphs, draws, 40, ir::PoolKind::max);
  add_means(graphs, draws, 40);
  add_pads(graphs, draws, 30);
  add_resizes(graphs, draws, 20);
  add_transposes(graphs, draws, 24);
  add_concatenations(graphs, draws, 24);
  add_tables(graphs, draws, 24);
  add_softmaxes(graphs, draws, 20);
  add_pool(graphs, draws, 12, ir::PoolKind::average, true);
  add_partial(graphs, draws, 40);
  return graphs;
}

}  // namespace thimble::emulate
