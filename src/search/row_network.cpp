#include "search/row_network.h"

#include <algorithm>

namespace thimble::search {

namespace {

class Builder {
 public:
  Builder(std::span<const ir::NetLayer> layers, LayerTable& table) : layers_(layers), table_(table) {
    const ir::NetLayer& first = layers.front();
    network_.tensors.push_back({first.in_size, std::int64_t{first.in_size} * first.in_channels, 0, 0, false});
  }

  RowNetwork run() {
    for (const ir::NetLayer& layer : layers_) append(layer);
    network_.tensors.back().kept = true;
    return std::move(network_);
  }

 private:
  /// The tensor that a layer computes, or the network's input.
  int tensor_of(int layer) const { return layer < 0 ? 0 : computed_[static_cast<std::size_t>(layer)]; }

  void append(const ir::NetLayer& layer) {
    RowOp op;
    op.input = tensor_of(layer.input);
    op.kernel = layer.kernel_size;
    op.stride = layer.stride;
    op.padding = layer.padding;
    op.cost = &table_.of(layer);
    op.depthwise = layer.kind == ir::LayerKind::depthwise;
    if (layer.has_weights()) op.macs_a_pixel = layer.weights();
    const bool is_binary = layer.kind == ir::LayerKind::add || layer.kind == ir::LayerKind::scale;
    if (is_binary) op.other = tensor_of(layer.other);
    op.elementwise = is_binary || layer.kind == ir::LayerKind::hard_sigmoid || layer.kind == ir::LayerKind::hard_swish;
    add(op, layer);
    if (layer.kind == ir::LayerKind::hard_sigmoid) {  // An addition and a product.
      op.input = network_.size();
      add(op, layer);
    }
    computed_.push_back(network_.size());
  }

  void add(const RowOp& op, const ir::NetLayer& layer) {
    const int position = network_.size();
    for (const int tensor : {op.input, op.other})
      if (tensor != RowOp::none) network_.tensors[static_cast<std::size_t>(tensor)].last = position;
    network_.tensors.push_back(
        {layer.out_size, std::int64_t{layer.out_size} * layer.out_channels, position, position, false});
    network_.ops.push_back(op);
  }

  std::span<const ir::NetLayer> layers_;
  LayerTable& table_;
  RowNetwork network_;
  std::vector<int> computed_;  ///< By layer.
};

}  // namespace

RowNetwork row_network(std::span<const ir::NetLayer> layers, LayerTable& table) { return Builder(layers, table).run(); }

RowRead rows_read(const RowNetwork& network, const RowOp& op, int tensor, int row, bool sums_rows) {
  if (sums_rows) return {row, row + 1};
  const int rows = network.tensor(tensor).rows;
  if (op.elementwise) {
    const bool matches = rows == network.tensor(op.input).rows;
    return matches ? RowRead{row, row + 1} : RowRead{0, rows};
  }
  const int first = std::clamp(row * op.stride - op.padding, 0, rows);
  return {first, std::clamp(row * op.stride - op.padding + op.kernel, first, rows)};
}

}  // namespace thimble::search
