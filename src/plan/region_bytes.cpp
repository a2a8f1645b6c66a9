#include "plan/region_bytes.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "plan/offsets.h"

namespace thimble::plan {
namespace {

/// Buffers that are all live at one time, placed.
std::int64_t peak_of(std::span<const LiveRange> buffers, std::span<const target::MemoryRegion> memories) {
  std::vector<std::int64_t> regions;
  for (const target::MemoryRegion& memory : memories) regions.push_back(memory.bytes);
  OffsetOptions options;
  options.max_nodes = 2'000;  // There are a few buffers, and thousands of segments.
  return place(buffers, options, regions).peak;
}

/// A buffer for each tensor that is live and no ring, and the working memory; by holder which one it is, or -1.
std::pair<std::vector<LiveRange>, std::vector<int>> live_in(const Divided& network, const Segment& segment,
                                                            const SegmentLayout& layout) {
  std::vector<LiveRange> buffers{{arena_aligned(layout.memory.bytes), 0, 0}};
  std::vector<int> buffer_of(network.lifetimes.size(), -1);
  for (std::size_t holder = 0; holder < network.lifetimes.size(); ++holder) {
    const Lifetime& lifetime = network.lifetimes[holder];
    const bool is_live = lifetime.exists() && lifetime.first < segment.end && lifetime.last >= segment.first;
    const bool is_ring = std::ranges::find(layout.memory.rings, static_cast<ir::TensorId>(holder), &Ring::tensor) !=
                         layout.memory.rings.end();
    if (!is_live || is_ring) continue;
    buffer_of[holder] = static_cast<int>(buffers.size());
    buffers.push_back({arena_aligned(network.graph.tensors[holder].bytes()), 0, 0});
  }
  return {std::move(buffers), std::move(buffer_of)};
}

}  // namespace

std::int64_t bytes_in_memories(const Plan& plan, int stage, std::span<const target::MemoryRegion> memories) {
  std::vector<const Buffer*> upward;
  for (const Buffer& buffer : plan.buffers)
    if (buffer.first_stage <= stage && stage <= buffer.last_stage) upward.push_back(&buffer);
  std::ranges::stable_sort(upward, {}, &Buffer::offset);
  std::vector<LiveRange> blocks;
  std::int64_t begin = 0;
  std::int64_t end = -1;
  for (const Buffer* buffer : upward) {
    if (buffer->offset >= end) {
      blocks.push_back({});
      begin = buffer->offset;
    }
    end = std::max(end, buffer->offset + buffer->bytes);
    blocks.back().size = arena_aligned(end - begin);
  }
  return peak_of(blocks, memories);
}

std::int64_t bytes_in_memories(const Divided& network, const Segment& segment, const SegmentLayout& layout,
                               std::span<const target::MemoryRegion> memories) {
  auto [buffers, buffer_of] = live_in(network, segment, layout);
  const std::int64_t apart = peak_of(buffers, memories);
  if (layout.meetings.empty()) return apart;
  for (const Meeting& meeting : layout.meetings) {
    const int input = buffer_of[static_cast<std::size_t>(meeting.input)];
    LiveRange& result = buffers[static_cast<std::size_t>(buffer_of[static_cast<std::size_t>(meeting.result)])];
    (meeting.overlap.same_place ? result.over : result.meets) = input;
    result.gap = std::max(meeting.overlap.gap, arena_alignment);
  }
  return std::min(apart, peak_of(buffers, memories));
}

}  // namespace thimble::plan
