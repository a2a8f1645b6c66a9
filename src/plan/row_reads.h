// plan/row_reads.h
#pragma once

#include <cstdint>
#include <vector>

#include "ir/graph.h"
#include "plan/plan.h"

namespace thimble::plan {

/// Bytes [begin, end) of a tensor, as it lies densely, that computing some output reads.
struct Read {
  ir::TensorId tensor = ir::no_tensor;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  /// What is read lies as the output does, and a pixel (an element, of what is no image) is read only to compute the
  /// same pixel of the output, before any of that is written.
  bool pixel_for_pixel = false;
};

/// Whether the kernels compute any rows of the operator's output by themselves. Others (means over rows, concat, fully
/// connected, ...) run as one piece: they may read any byte of their inputs after they have written any byte of the
/// output.
bool computed_by_rows(const ir::Graph& graph, const ir::Op& op);

/// Whether a step's kernel goes over all its rows for a few channels before it begins with the next few: depthwise
/// kernels of the driver thimble_dwconv_rows, which copy what they read.
bool computed_by_channels(const ir::Graph& graph, const Step& step);

/// Whether an operator goes over all pixels of its only activation, so that it can be summed up row by row: a mean over
/// height and width, or an average over the whole plane.
bool can_accumulate(const ir::Graph& graph, const ir::Op& op);

/// Whether channel c of a depthwise convolution's output depends on channel c of its input, and there are as many.
bool keeps_channels(const ir::Graph& graph, const ir::Op& op);

/// The activations that one output row reads, for operators computed by rows.
std::vector<Read> reads_of_row(const ir::Graph& graph, const ir::Op& op, int row);

/// The activations that the whole output reads.
std::vector<Read> reads_of_all(const ir::Graph& graph, const ir::Op& op);

}  // namespace thimble::plan
