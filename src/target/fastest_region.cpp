#include "target/fastest_region.h"

#include <tuple>

namespace thimble::target {

bool is_coupled(const MemoryRegion& region) { return region.name == "DTCM" || region.name == "CCM"; }

const MemoryRegion* fastest_region(const Board& board, std::int64_t arena_bytes) {
  const MemoryRegion* best = nullptr;
  const auto rank = [&](const MemoryRegion& region) {
    return std::tuple(is_coupled(region), region.bytes == board.sram_bytes, region.bytes);
  };
  for (const MemoryRegion& region : board.regions)
    if (region.bytes >= arena_bytes && (best == nullptr || rank(region) > rank(*best))) best = &region;
  return best;
}

}  // namespace thimble::target
