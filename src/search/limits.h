// search/limits.h
#pragma once

#include <cstdint>

#include "search/network_cost.h"

namespace thimble::search {

/// What a network may need at most. 0: without limit.
struct Limits {
  std::int64_t sram_bytes = 0;  ///< For the arena: the board's, less its stack (plan::stack_bytes).
  std::int64_t flash_bytes = 0;
  std::int64_t macs = 0;
  double cycles = 0;
  double energy_uj = 0;
  double microjoules_a_cycle = 0;  ///< The board's active power over its clock; for `energy_uj`.
};

inline bool fits(const NetworkCost& cost, const Limits& limits) {
  const auto within = [](auto value, auto limit) { return limit <= 0 || value <= limit; };
  return within(cost.sram_bytes, limits.sram_bytes) && within(cost.flash_bytes, limits.flash_bytes) &&
         within(cost.macs, limits.macs) && within(cost.cycles, limits.cycles) &&
         within(cost.cycles * limits.microjoules_a_cycle, limits.energy_uj);
}

}  // namespace thimble::search
