#include "plan/tile_search.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cost/cost.h"
#include "plan/peak.h"
#include "target/block_choice.h"

namespace thimble::plan {
namespace {

/// A block as a plan runs it.
struct RunningBlock {
  passes::TileableBlock block;
  std::int64_t live = 0;  ///< At most, while one of its layers runs.
  std::int64_t held = 0;  ///< Of that what is between its layers, and their scratch: tiles take its place.
};

bool is_of(const passes::TileableBlock& block, int op) {
  return op == block.expansion || op == block.filter || op == block.projection;
}

/// What a plan holds of a tensor at a time.
std::int64_t bytes_held(const Plan& plan, ir::TensorId tensor) {
  const Placement* placement = plan.find(tensor);
  return placement == nullptr ? 0 : placement->ring_rows * placement->row_bytes;
}

std::vector<RunningBlock> running_blocks(const ir::Graph& graph, const Plan& plan) {
  const std::vector<std::int64_t> live = live_bytes(plan);
  std::vector<RunningBlock> blocks;
  for (const passes::TileableBlock& block : passes::tileable_blocks(graph)) {
    RunningBlock running{block};
    std::int64_t scratch = 0;
    for (std::size_t stage = 0; stage < plan.stages.size(); ++stage)
      for (const Step& step : plan.stages[stage].steps) {
        if (!is_of(block, step.op)) continue;
        running.live = std::max(running.live, live[stage]);
        scratch = std::max(scratch, step.kernel.scratch_bytes);
      }
    running.held = bytes_held(plan, graph.op(block.expansion).outputs[0]) + scratch;
    blocks.push_back(running);
  }
  return blocks;
}

/// A block in some tiles: what is live at most while it runs, about, and what it costs.
struct Candidate {
  passes::Tiling tiling;
  std::int64_t bytes = 0;
  double cycles = 0;
};

/// All tiles of a block; without `recompute` those that keep their rows.
std::vector<Candidate> candidates_of(const ir::Graph& graph, const RunningBlock& running, const target::Core& core,
                                     bool recompute) {
  constexpr std::array rows_of_tiles{8, 4, 2, 1};
  constexpr std::array parts_of_row{1, 2, 3, 4, 6, 8, 12};
  const cost::CostTable& table = cost::cost_table(core);
  const ir::Shape& out = graph.tensor(graph.op(running.block.projection).outputs[0]).shape;
  std::vector<Candidate> candidates;
  for (const int parts : parts_of_row) {
    if (parts > out[2]) continue;
    const int columns = (out[2] + parts - 1) / parts;
    const ir::Op one_row = passes::tiled(graph, {running.block, 1, columns, false});
    // Kernels go by the columns of a tile; so does their scratch, beside that of the tile itself.
    const target::KernelChoice kernel = target::choose_kernel(graph, one_row, core);
    const std::int64_t of_kernels = kernel.scratch_bytes - target::block_scratch(graph, one_row).rest;
    if (!cost::is_known(table, kernel)) continue;
    const auto add = [&](int rows, bool keeps_rows) {
      const passes::Tiling tiling{running.block, rows, columns, keeps_rows};
      const ir::Op op = passes::tiled(graph, tiling);
      candidates.push_back({tiling, running.live - running.held + target::block_scratch(graph, op).rest + of_kernels,
                            cost::cost_of(table, graph, op, kernel).cycles});
    };
    for (const int rows : rows_of_tiles) {
      if (rows > out[1]) continue;
      add(rows, true);
      if (recompute) add(rows, false);
    }
  }
  return candidates;
}

bool is_better(const Candidate& a, const Candidate& b, std::int64_t aim) {
  if (a.bytes <= aim && b.bytes <= aim) return a.cycles < b.cycles;
  return a.bytes < b.bytes;
}

/// The cheapest of those that need at most `aim` bytes, else the one that needs least; null if that is no less than
/// now.
const Candidate* best_of(std::span<const Candidate> candidates, const RunningBlock& running, std::int64_t aim) {
  const Candidate* best = nullptr;
  for (const Candidate& candidate : candidates) {
    if (candidate.bytes >= running.live) continue;
    if (best == nullptr || is_better(candidate, *best, aim)) best = &candidate;
  }
  return best;
}

}  // namespace

std::vector<Tilings> promising_tilings(const ir::Graph& graph, const Plan& plan, const target::Core& core,
                                       std::int64_t target, bool recompute) {
  const std::vector<RunningBlock> blocks = running_blocks(graph, plan);
  std::vector<std::vector<Candidate>> candidates;
  for (const RunningBlock& running : blocks) candidates.push_back(candidates_of(graph, running, core, recompute));
  std::vector<Tilings> found;
  // Streams around the blocks will need more or less than now.
  const std::vector<double> shares = target > 0 ? std::vector{1.0, 0.92, 0.84, 0.76} : std::vector{0.6, 0.47};
  const std::int64_t most = target > 0 ? target : peak_of(plan).bytes;
  for (const double share : shares) {
    const auto aim = static_cast<std::int64_t>(share * static_cast<double>(most));
    Tilings tilings;
    for (std::size_t i = 0; i < blocks.size(); ++i)
      if (const Candidate* const best = best_of(candidates[i], blocks[i], aim); best != nullptr && blocks[i].live > aim)
        tilings.push_back(best->tiling);
    if (!tilings.empty()) found.push_back(std::move(tilings));
  }
  return found;
}

std::vector<std::string> descriptions_of(const ir::Graph& graph, std::span<const passes::Tiling> tilings) {
  std::vector<std::string> lines;
  for (const passes::Tiling& tiling : tilings)
    lines.push_back(fmt::format("tiles of {} x {} from \"{}\" to \"{}\"", tiling.rows, tiling.columns,
                                graph.name_of(graph.op(tiling.block.expansion)),
                                graph.name_of(graph.op(tiling.block.projection))));
  return lines;
}

}  // namespace thimble::plan
