#include "passes/tile_blocks.h"

#include <utility>

#include "base/index.h"
#include "passes/image_layers.h"
#include "passes/uses.h"

namespace thimble::passes {
namespace {

/// Whether outputs in a line all have some input under the kernel.
bool reaches_inside(int in, int out, int kernel, int stride, int before) {
  return before < kernel && (out - 1) * stride - before < in;
}

bool is_filter(const ir::Graph& graph, const ir::Op& op) {
  const auto* conv = std::get_if<ir::DepthwiseConv2D>(&op.kind);
  if (conv == nullptr || !works_on_images(graph, op) || conv->multiplier != 1) return false;
  const ir::Shape& in = graph.tensor(op.inputs[0]).shape;
  const ir::Shape& out = graph.tensor(op.outputs[0]).shape;
  const ir::Shape& weights = graph.tensor(op.inputs[1]).shape;
  return conv->dilation_h == 1 && conv->dilation_w == 1 && weights[1] > 1 &&
         reaches_inside(in[1], out[1], weights[1], conv->stride_h, conv->padding.top) &&
         reaches_inside(in[2], out[2], weights[2], conv->stride_w, conv->padding.left);
}

}  // namespace

std::vector<TileableBlock> tileable_blocks(const ir::Graph& graph) {
  const std::vector<int> readers = only_readers(graph);
  const auto reader = [&](int op) { return readers[to_index(graph.op(op).outputs[0])]; };
  std::vector<TileableBlock> blocks;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    TileableBlock block{static_cast<int>(i)};
    const bool is_taken = !blocks.empty() && blocks.back().projection == block.expansion;
    if (is_taken || !is_pointwise(graph, graph.ops[i])) continue;
    block.filter = reader(block.expansion);
    if (block.filter < 0 || !is_filter(graph, graph.op(block.filter))) continue;
    block.projection = reader(block.filter);
    if (block.projection < 0 || !is_pointwise(graph, graph.op(block.projection))) continue;
    blocks.push_back(block);
  }
  return blocks;
}

ir::Op tiled(const ir::Graph& graph, const Tiling& tiling) {
  const ir::Op& expansion = graph.op(tiling.block.expansion);
  const ir::Op& filter = graph.op(tiling.block.filter);
  const ir::Op& projection = graph.op(tiling.block.projection);
  ir::TiledBlock block;
  block.expansion = std::get<ir::Conv2D>(expansion.kind);
  block.filter = std::get<ir::DepthwiseConv2D>(filter.kind);
  block.projection = std::get<ir::Conv2D>(projection.kind);
  block.expanded = expansion.outputs[0];
  block.filtered = filter.outputs[0];
  block.rows = tiling.rows;
  block.columns = tiling.columns;
  block.keeps_rows = tiling.keeps_rows;
  return {block,
          {expansion.inputs[0], expansion.inputs[1], expansion.inputs[2], filter.inputs[1], filter.inputs[2],
           projection.inputs[1], projection.inputs[2]},
          projection.outputs};
}

ir::Graph tile_blocks(ir::Graph graph, std::span<const Tiling> tilings) {
  std::vector<bool> is_gone(graph.ops.size(), false);
  std::vector<std::pair<int, ir::Op>> instead;
  for (const Tiling& tiling : tilings) {
    instead.emplace_back(tiling.block.projection, tiled(graph, tiling));
    is_gone[static_cast<std::size_t>(tiling.block.expansion)] = true;
    is_gone[static_cast<std::size_t>(tiling.block.filter)] = true;
  }
  for (auto& [projection, op] : instead) graph.ops[static_cast<std::size_t>(projection)] = std::move(op);
  remove_ops(graph, is_gone);
  return graph;
}

}  // namespace thimble::passes
