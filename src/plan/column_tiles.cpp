#include "plan/column_tiles.h"

#include <algorithm>
#include <limits>

#include "plan/peak.h"

namespace thimble::plan {
namespace {

using target::KernelChoice;

/// Pixels of a block, kernels/dsp/im2col.h.
constexpr int block_pixels = 4;

/// Blocks of an output row. One or two pixels at its end are no block.
int blocks_of_row(const ir::Graph& graph, const ir::Op& op) {
  const int width = graph.tensor(op.outputs.at(0)).shape.at(2);
  return width / block_pixels + (width % block_pixels == 3 ? 1 : 0);
}

/// Gives a kernel `blocks` blocks more than the one that it has.
void grow(KernelChoice& kernel, int blocks) {
  if (blocks <= 0) return;
  kernel.tile_pixels = block_pixels * (1 + blocks);
  kernel.scratch_bytes += kernel.column_bytes * blocks;
}

std::vector<KernelChoice> grown(std::vector<KernelChoice> kernels, std::span<const int> blocks) {
  for (std::size_t op = 0; op < kernels.size(); ++op) grow(kernels[op], blocks[op]);
  return kernels;
}

/// The most blocks of each layer beyond its first; 0 where it does not gather columns.
std::vector<int> most_blocks(const ir::Graph& graph, std::span<const KernelChoice> kernels) {
  std::vector<int> most(kernels.size(), 0);
  for (std::size_t op = 0; op < kernels.size(); ++op)
    if (kernels[op].column_bytes > 0) most[op] = std::max(0, blocks_of_row(graph, graph.ops[op]) - 1);
  return most;
}

std::vector<int> blocks_of_model(const ir::Graph& graph, std::span<const KernelChoice> kernels) {
  std::vector<int> blocks = most_blocks(graph, kernels);
  const std::int64_t budget = std::ranges::max(kernels, {}, &KernelChoice::column_bytes).column_bytes;
  for (std::size_t op = 0; op < kernels.size(); ++op)
    if (blocks[op] > 0) blocks[op] = std::min(blocks[op], static_cast<int>(budget / kernels[op].column_bytes) - 1);
  return blocks;
}

/// What is free below the peak in all stages that run a layer, as blocks of its columns.
std::vector<int> blocks_of_arena(const ir::Graph& graph, std::span<const KernelChoice> kernels, const Plan& plan) {
  std::vector<int> blocks = most_blocks(graph, kernels);
  const std::vector<std::int64_t> live = live_bytes(plan);
  for (std::size_t stage = 0; stage < plan.stages.size(); ++stage)
    for (const Step& step : plan.stages[stage].steps) {
      if (step.op < 0 || step.kernel.column_bytes == 0) continue;
      int& most = blocks[static_cast<std::size_t>(step.op)];
      most = std::min(most, static_cast<int>((plan.arena_bytes - live[stage]) / step.kernel.column_bytes));
    }
  return blocks;
}

Plan fill_arena(const ir::Graph& graph, std::span<const KernelChoice> kernels, const PlanKernels& plan_kernels) {
  Plan least = plan_kernels(kernels);
  std::vector<int> blocks = blocks_of_arena(graph, kernels, least);
  while (std::ranges::max(blocks) > 0) {  // What is free may be in pieces: then less of it.
    Plan plan = plan_kernels(grown({kernels.begin(), kernels.end()}, blocks));
    if (plan.arena_bytes <= least.arena_bytes) return plan;
    for (int& count : blocks) count /= 2;
  }
  return least;
}

}  // namespace

Plan plan_column_tiles(const ir::Graph& graph, std::vector<KernelChoice> kernels, ColumnTiles tiles,
                       const PlanKernels& plan_kernels) {
  if (tiles == ColumnTiles::four || kernels.empty()) return plan_kernels(kernels);
  if (tiles == ColumnTiles::arena) return fill_arena(graph, kernels, plan_kernels);
  const std::vector<int> blocks = blocks_of_model(graph, kernels);
  return plan_kernels(grown(std::move(kernels), blocks));
}

}  // namespace thimble::plan
