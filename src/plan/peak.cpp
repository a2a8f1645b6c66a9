// plan/peak.cpp
#include "plan/peak.h"

#include <algorithm>

#include "base/error.h"
#include "plan/planner.h"

namespace thimble::plan {
namespace {

/// The operator that a message names for a stage: the last step's, whose output the stage is there for.
std::string describe_layer(const ir::Graph& graph, const Plan& plan, int stage) {
  if (plan.stages.empty()) return "the input";
  const std::vector<Step>& steps = plan.stages[static_cast<std::size_t>(stage)].steps;
  const auto computing = std::find_if(steps.rbegin(), steps.rend(), [](const Step& step) { return step.op >= 0; });
  if (computing == steps.rend()) return "the input";
  const ir::Op& op = graph.ops[static_cast<std::size_t>(computing->op)];
  const int number = graph.tensor(op.outputs.at(0)).source_op;
  return number < 0 ? fmt::format("layer \"{}\"", graph.name_of(op))
                    : fmt::format("layer {} \"{}\"", number, graph.name_of(op));
}

/// What an arena may take of a region.
std::int64_t bytes_of_region(const target::Board& board, const std::string& name) {
  if (name == board.sram_region) return board.sram_bytes - stack_bytes;
  const auto found = std::ranges::find(board.regions, name, &target::MemoryRegion::name);
  return found == board.regions.end() ? 0 : found->bytes;
}

}  // namespace

std::vector<std::int64_t> live_bytes(const Plan& plan) {
  std::vector<std::int64_t> live(std::max<std::size_t>(plan.stages.size(), 1), 0);
  std::vector<const Buffer*> upward;
  for (const Buffer& buffer : plan.buffers) upward.push_back(&buffer);
  std::stable_sort(upward.begin(), upward.end(), [](auto* a, auto* b) { return a->offset < b->offset; });
  for (std::size_t stage = 0; stage < live.size(); ++stage) {
    std::int64_t top = 0;
    for (const Buffer* buffer : upward) {
      if (static_cast<int>(stage) < buffer->first_stage || static_cast<int>(stage) > buffer->last_stage) continue;
      const std::int64_t end = buffer->offset + buffer->bytes;
      live[stage] += std::max<std::int64_t>(end - std::max(top, buffer->offset), 0);
      top = std::max(top, end);
    }
  }
  return live;
}

Peak peak_of(const Plan& plan) {
  const std::vector<std::int64_t> live = live_bytes(plan);
  const auto most = std::max_element(live.begin(), live.end());
  Peak peak{static_cast<int>(most - live.begin()), *most, {}};
  for (std::size_t i = 0; i < plan.buffers.size(); ++i)
    if (plan.buffers[i].first_stage <= peak.stage && peak.stage <= plan.buffers[i].last_stage)
      peak.buffers.push_back(static_cast<int>(i));
  std::stable_sort(peak.buffers.begin(), peak.buffers.end(), [&](int a, int b) {
    return plan.buffers[static_cast<std::size_t>(a)].bytes > plan.buffers[static_cast<std::size_t>(b)].bytes;
  });
  return peak;
}

std::string describe_peak(const ir::Graph& graph, const Plan& plan) {
  const Peak peak = peak_of(plan);
  std::string buffers;
  for (const int i : peak.buffers) {
    const Buffer& buffer = plan.buffers[static_cast<std::size_t>(i)];
    buffers += fmt::format("{}{} {}", buffers.empty() ? "" : ", ", buffer.name, buffer.bytes);
  }
  return fmt::format("{} ({})", describe_layer(graph, plan, peak.stage), buffers);
}

void require_arena_fits(const ir::Graph& graph, const Plan& plan, const target::Board& board) {
  for (const target::MemoryRegion& region : plan.regions)
    if (const std::int64_t bytes = bytes_of_region(board, region.name); region.bytes > bytes)
      throw Error(fmt::format("{}: does not fit {}: {} bytes of its arena are for {}, which has {}", graph.name,
                              board.name, region.bytes, region.name, bytes),
                  "", Exit::answer_is_no);
  const std::int64_t excess = plan.arena_bytes + stack_bytes - board.sram_bytes;
  if (!plan.regions.empty() || excess <= 0) return;
  throw Error(
      fmt::format("{}: does not fit {}: its arena of {} bytes and {} of stack exceed the SRAM of {} bytes by {}, at {}",
                  graph.name, board.name, plan.arena_bytes, stack_bytes, board.sram_bytes, excess,
                  describe_peak(graph, plan)),
      fmt::format("{}a smaller input resolution or width needs less; `thimble boards` lists every board",
                  plan.takes_rows() ? "" : "--input-mode rows, which takes the input row by row, may fit; "),
      Exit::answer_is_no);
}

}  // namespace thimble::plan
