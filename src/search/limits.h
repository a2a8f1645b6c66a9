// search/limits.h
#pragma once

#include <cstdint>

#include "search/network_cost.h"
#include "target/board.h"

namespace thimble::search {

/// What a network may need at most. 0: without limit.
struct Limits {
  std::int64_t sram_bytes = 0;  ///< For the arena: the board's, less its stack (plan::stack_bytes).
  std::int64_t flash_bytes = 0;
  std::int64_t macs = 0;
  double cycles = 0;
};

inline bool fits(const NetworkCost& cost, const Limits& limits) {
  const auto within = [](auto value, auto limit) { return limit <= 0 || value <= limit; };
  return within(cost.sram_bytes, limits.sram_bytes) && within(cost.flash_bytes, limits.flash_bytes) &&
         within(cost.macs, limits.macs) && within(cost.cycles, limits.cycles);
}

/// What a user bounds besides memory. 0: without bound.
struct TimeBounds {
  double max_mmacs = 0;  ///< Millions of multiply-accumulates.
  double fps = 0;        ///< Least pictures a second, by predicted cycles and the board's clock.
  double max_uj = 0;     ///< Microjoules of an inference: its time at the board's active power (docs/numbers.md).

  bool any() const { return max_mmacs > 0 || fps > 0 || max_uj > 0; }
};

/// All of a board's memories, and these bounds. Those of pictures a second and of energy are one of cycles.
/// @throws Error if a bound needs the board's clock or its active power and that is not known.
Limits limits_on(const target::Board& board, const TimeBounds& bounds);

}  // namespace thimble::search
