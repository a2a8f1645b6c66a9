#include "search/layer_memory.h"

#include <algorithm>

#include "search/buffers.h"

namespace thimble::search {

namespace {

std::int64_t aligned(std::int64_t bytes) { return (bytes + 3) / 4 * 4; }

/// One channel of a depthwise convolution's input with its padding, which TinyEngine computes on.
std::int64_t channel_bytes(const RowNetwork& network, const RowOp& op) {
  const std::int64_t size = network.tensor(op.input).rows + 2 * op.padding;
  return size * size;
}

}  // namespace

std::int64_t gap_of_layer(const RowNetwork& network, int index) {
  const RowOp& op = network.op(index);
  const RowTensor& in = network.tensor(op.input);
  const RowTensor& out = network.output_of(index);
  std::int64_t gap = 4;
  for (int row = 0; row < out.rows; ++row)
    gap = std::max(gap, (row + 1) * out.row_bytes - rows_read(network, op, op.input, row, false).first * in.row_bytes);
  return aligned(gap);
}

std::vector<std::int64_t> layer_bytes(const RowNetwork& network, LayerCounting counting) {
  Buffers buffers(network);
  const bool ours = counting != LayerCounting::in_place_depthwise;
  if (counting != LayerCounting::apart)
    buffers.share_in_place([&](int op) { return ours || network.op(op).elementwise; });
  std::vector<std::int64_t> bytes = buffers.live();
  if (counting == LayerCounting::apart) return bytes;
  for (int i = 0; i < network.size(); ++i) {
    const RowOp& op = network.op(i);
    const int input = buffers.holder_of(op.input);
    const std::int64_t in = network.tensor(input).bytes();
    const std::int64_t out = network.output_of(i).bytes();
    std::int64_t& sum = bytes[static_cast<std::size_t>(i)];
    if (ours) sum += aligned(op.cost->scratch_bytes);
    if (op.elementwise || !buffers.dies_in(input, i)) continue;
    if (op.depthwise) {
      if (ours && !op.cost->in_place) continue;
      sum -= std::min(in, out);
      if (!ours) sum += channel_bytes(network, op);
    } else if (counting == LayerCounting::overlapping) {
      sum -= in + out - std::max(in + std::min(gap_of_layer(network, i), out), out);
    }
  }
  return bytes;
}

}  // namespace thimble::search
