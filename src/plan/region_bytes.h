// plan/region_bytes.h
#pragma once

#include <cstdint>
#include <span>

#include "plan/plan.h"
#include "plan/segment_layout.h"
#include "target/board.h"

namespace thimble::plan {

/// How high an arena in `memories` reaches, in offsets that count through them one after the other, by what is live at
/// one time: the number that stands for bytes_needed there. It is more than all bytes together where they do not fit.
///
/// Of a stage of a plan; what shares bytes in the plan stays together.
std::int64_t bytes_in_memories(const Plan& plan, int stage, std::span<const target::MemoryRegion> memories);

/// Of a segment: whole tensors, apart or with the overlaps of the layout, and the working memory.
std::int64_t bytes_in_memories(const Divided& network, const Segment& segment, const SegmentLayout& layout,
                               std::span<const target::MemoryRegion> memories);

}  // namespace thimble::plan
