// target/fastest_region.h
#pragma once

#include <cstdint>

#include "target/board.h"

namespace thimble::target {

/// Whether a region is coupled to the core: it is named DTCM or CCM, has no wait states and no other bus master.
bool is_coupled(const MemoryRegion& region);

/// The SRAM region of a board that an arena should lie in: of those that hold it, one that is coupled to the core, else
/// the one that plans are made for, else the largest. Null if none holds it.
const MemoryRegion* fastest_region(const Board& board, std::int64_t arena_bytes);

}  // namespace thimble::target
