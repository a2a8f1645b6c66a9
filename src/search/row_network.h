// search/row_network.h
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/netconfig_layers.h"
#include "search/layer_table.h"

namespace thimble::search {

/// A network as the planner's arithmetic of memory sees it: operators over tensors of rows, without names, weights or
/// scales. A thousand times quicker to make than a graph.

/// An activation, and the operators during which it must be there, both included.
struct RowTensor {
  int rows = 1;
  std::int64_t row_bytes = 0;
  int first = 0;
  int last = 0;
  bool kept = false;  ///< The network's output.

  std::int64_t bytes() const { return rows * row_bytes; }
};

/// An operator. Operator i computes tensor i + 1.
struct RowOp {
  int input = 0;
  int other = none;  ///< Second operand of an addition or a product.
  int kernel = 1;    ///< Rows of `input` under an output row, ...
  int stride = 1;
  int padding = 0;
  bool elementwise = false;
  bool depthwise = false;
  std::int64_t macs_a_pixel = 0;  ///< Of the output, all channels.
  const LayerCost* cost = nullptr;

  static constexpr int none = -1;
};

struct RowNetwork {
  std::vector<RowTensor> tensors;  ///< The first one is the network's input.
  std::vector<RowOp> ops;

  int size() const { return static_cast<int>(ops.size()); }
  const RowOp& op(int index) const { return ops[static_cast<std::size_t>(index)]; }
  const RowTensor& tensor(int index) const { return tensors[static_cast<std::size_t>(index)]; }
  const RowTensor& output_of(int op) const { return tensor(op + 1); }
};

/// The network of these layers. @throws Error if no kernel can run one of them.
RowNetwork row_network(std::span<const ir::NetLayer> layers, LayerTable& table);

/// Whether computing output row `row` reads a window of `input`'s rows, as [first, end), clipped to the image.
struct RowRead {
  int first = 0;
  int end = 0;
};
RowRead rows_read(const RowNetwork& network, const RowOp& op, int tensor, int row, bool sums_rows);

}  // namespace thimble::search
