#include "search/limits.h"

#include <algorithm>

#include "base/error.h"
#include "plan/planner.h"

namespace thimble::search {

Limits limits_on(const target::Board& board, const TimeBounds& bounds) {
  Limits limits{.sram_bytes = board.sram_bytes - plan::stack_bytes,
                .flash_bytes = board.flash_bytes,
                .macs = static_cast<std::int64_t>(bounds.max_mmacs * 1e6)};
  const auto bound_cycles = [&](double cycles) {
    limits.cycles = limits.cycles > 0 ? std::min(limits.cycles, cycles) : cycles;
  };
  if (bounds.fps > 0) {
    if (board.clock_mhz <= 0) fail("--fps: {} has no clock_mhz", board.name);
    bound_cycles(board.clock_mhz * 1e6 / bounds.fps);
  }
  if (bounds.max_uj > 0) {
    if (board.clock_mhz <= 0 || board.active_power_mw <= 0)
      fail("--max-uj: {} has no clock_mhz or no active_power_mw", board.name);
    bound_cycles(bounds.max_uj / board.active_power_mw * board.clock_mhz * 1e3);
  }
  return limits;
}

}  // namespace thimble::search
