#include "plan/regions.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "target/fastest_region.h"

namespace thimble::plan {
namespace {

std::int64_t aligned_down(std::int64_t bytes) { return bytes / arena_alignment * arena_alignment; }

std::int64_t bytes_of(std::span<const target::MemoryRegion> memories) {
  std::int64_t bytes = 0;
  for (const target::MemoryRegion& memory : memories) bytes += memory.bytes;
  return bytes;
}

/// Takes what each memory has free behind the last buffer out of the arena, so that its regions are what the plan needs
/// of each.
void close_gaps(Plan& plan, std::span<const target::MemoryRegion> memories) {
  std::int64_t begin = 0;   // Of a memory, in offsets as they are,
  std::int64_t closed = 0;  // and as they become.
  plan.regions.clear();
  for (const target::MemoryRegion& memory : memories) {
    std::int64_t used = 0;
    for (Buffer& buffer : plan.buffers) {
      if (buffer.offset < begin || buffer.offset >= begin + memory.bytes) continue;
      used = std::max(used, arena_aligned(buffer.offset + buffer.bytes) - begin);
      buffer.offset -= begin - closed;  // Never into a memory that is still to come.
    }
    if (used > 0) plan.regions.push_back({memory.name, used});
    begin += memory.bytes;
    closed += used;
  }
  plan.arena_bytes = closed;
  if (plan.regions.size() == 1 && plan.regions[0].name == memories[0].name) plan.regions.clear();
}

}  // namespace

std::vector<target::MemoryRegion> arena_memories(const target::Board& board) {
  if (board.regions.size() < 2) return {};
  std::vector<target::MemoryRegion> memories = board.regions;
  const auto rank = [&](const target::MemoryRegion& memory) {
    return std::tuple(memory.name != board.sram_region, !target::is_coupled(memory), -memory.bytes);
  };
  std::ranges::stable_sort(memories, {}, rank);
  if (memories.front().name == board.sram_region) memories.front().bytes -= stack_bytes;
  for (target::MemoryRegion& memory : memories) memory.bytes = aligned_down(memory.bytes);
  std::erase_if(memories, [](const target::MemoryRegion& memory) { return memory.bytes <= 0; });
  memories.resize(std::min(memories.size(), most_memories));
  return memories;
}

NetworkPlan plan_in_memories(const ir::Graph& graph, const target::Core& core, const PlanOptions& options,
                             std::span<const target::MemoryRegion> memories) {
  NetworkPlan in_one = plan_network(graph, core, options);
  const std::int64_t all = bytes_of(memories);
  const bool fits = options.arena_bytes == 0 || in_one.plan.arena_bytes <= options.arena_bytes;
  // What fits nowhere in one range does not fit in pieces.
  if (fits || !options.regions || memories.size() < 2 || in_one.plan.arena_bytes > all) return in_one;
  PlanOptions spread = options;
  spread.memories.assign(memories.begin(), memories.end());
  spread.arena_bytes = all;
  NetworkPlan in_several = plan_network(graph, core, spread);
  if (in_several.plan.arena_bytes > all) return in_one;
  close_gaps(in_several.plan, memories);
  return in_several;
}

std::int64_t bytes_in(const Plan& plan, const std::string& region) {
  if (plan.regions.empty()) return plan.arena_bytes;
  const auto found = std::ranges::find(plan.regions, region, &target::MemoryRegion::name);
  return found == plan.regions.end() ? 0 : found->bytes;
}

std::string arena_text(const Plan& plan) {
  std::string text = fmt::format("{} bytes", plan.arena_bytes);
  for (std::size_t i = 0; i < plan.regions.size(); ++i)
    text += fmt::format("{} {} in {}", i == 0 ? ":" : ",", plan.regions[i].bytes, plan.regions[i].name);
  return text;
}

}  // namespace thimble::plan
