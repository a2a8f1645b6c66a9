#include "target/mean_geometry.h"

#include <algorithm>
#include <array>

namespace thimble::target {
namespace {

bool is_axis(const ir::Mean& mean, std::size_t dimension) {
  return std::ranges::find(mean.axes, static_cast<int>(dimension)) != mean.axes.end();
}

}  // namespace

bool keeps_rows(const ir::Graph& graph, const ir::Op& op, const ir::Mean& mean) {
  return is_image(graph.tensor(op.inputs.at(0))) && is_image(graph.tensor(op.outputs.at(0))) && !is_axis(mean, 1);
}

std::optional<MeanGeometry> mean_geometry(const ir::Graph& graph, const ir::Op& op, const ir::Mean& mean) {
  ir::Shape shape = graph.tensor(op.inputs.at(0)).shape;
  if (keeps_rows(graph, op, mean)) shape[1] = 1;
  std::array<std::int64_t, 4> blocks{1, 1, 1, 1};
  std::size_t block = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 1) continue;
    if (is_axis(mean, d) != (block % 2 == 1)) ++block;
    if (block == blocks.size()) return std::nullopt;
    blocks[block] *= shape[d];
  }
  return MeanGeometry{blocks[0], blocks[1], blocks[2], blocks[3]};
}

}  // namespace thimble::target
