// cost/families.h: how the kernels of each family loop; loops.cpp looks a kernel's counter up here.
#pragma once

#include <span>
#include <string_view>

#include "cost/loops.h"
#include "target/convolution.h"

namespace thimble::cost {

/// One call of a driver: output rows [first, end) of an op; input rows for kernels that accumulate.
struct Call {
  const ir::Graph& graph;
  const ir::Op& op;
  int first = 0;
  int end = 0;
  int outliers = 0;  ///< Channels of a SIMD convolution that are computed once more.

  const ir::Tensor& input(std::size_t i = 0) const { return graph.tensor(op.inputs.at(i)); }
  const ir::Tensor& output() const { return graph.tensor(op.outputs.at(0)); }
  double rows() const { return end - first; }
};

struct LoopCounter {
  std::string_view kernel;
  Loops (*count)(const Call& call);
  bool by_input_rows = false;  ///< It accumulates.
};

std::span<const LoopCounter> generic_convolutions();  ///< kernels/generic: conv, pointwise, depthwise
std::span<const LoopCounter> dsp_pointwise();         ///< kernels/dsp: 1x1 convolutions, fully connected layers
std::span<const LoopCounter> dsp_convolutions();      ///< kernels/dsp: columns of windows
std::span<const LoopCounter> dsp_depthwise();         ///< kernels/dsp: depthwise
std::span<const LoopCounter> elementwise();           ///< sums, products, tables, softmax
std::span<const LoopCounter> spatial();               ///< pooling, padding, resizing, means, transpositions, copies

// What several families count. Each appends loops, always the same ones.

/// Whether `activation` leaves less than all of int8: the SIMD kernels clamp in a second pass.
bool clamps(const Call& call);

/// thimble_conv_rows: rows, and the rows under the kernel inside and outside the image.
void append_driver(Loops& loops, const Call& call, const target::Convolution& c);

/// The outliers of SIMD convolutions that compute `pixels` pixels, each by sums over `words` words of a channel.
void append_outliers(Loops& loops, const Call& call, double pixels, double words);

/// Taps of one row of the kernel that lie inside the image, over all output columns.
double taps_inside(const target::Convolution& c);

}  // namespace thimble::cost
